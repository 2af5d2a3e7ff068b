"""Concurrent requests lose no data: real threads, each with its own connection."""

from __future__ import annotations

from uuid import UUID

import pytest

from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school, video
from tests.threads import CLIENTS, together

pytestmark = pytest.mark.django_db(transaction=True)

START = "/api/logger/contentsession"


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


def test_no_delta_is_lost(school: School):
    """contract 1.2: session, summary and try all count every second."""
    key = school.key()
    session = client_for(key).start(exercise(user_id="student_ada"))["session_id"]

    def work(number: int) -> int:
        client = client_for(key)
        for turn in range(5):
            client.move(
                session,
                progress_delta=0.001,
                time_spent_delta=1,
                interactions=[answered(f"q{number}-{turn}", 0)],
            )
        return 5

    answers = sum(together(work))

    tried = MasteryLog.objects.get()
    assert ContentSession.objects.get().time_spent == answers
    assert ContentSummary.objects.get().time_spent == answers
    assert ContentSummary.objects.get().progress == answers / 1000
    assert (tried.time_spent, tried.attempt_count) == (answers, answers)
    assert AttemptLog.objects.values("item").distinct().count() == answers
    positions = AttemptLog.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(answers))


def test_concurrent_first_requests_create_one_learner_summary_and_try(school: School):
    """contract 0.6, 1.1."""
    key, body = school.key(), exercise(user_id="newcomer")

    together(lambda _n: client_for(key).start(body))

    newcomer = User.objects.get(external_id="newcomer")
    assert ContentSummary.objects.get().user == newcomer
    assert MasteryLog.objects.get().mastery_level == 1
    assert ContentSession.objects.filter(user=newcomer).count() == CLIENTS


def test_concurrent_repeats_open_one_level(school: School):
    """contract 1.1."""
    key, body = school.key(), exercise(user_id="student_ada")
    client = client_for(key)
    client.move(client.start(body)["session_id"], progress=1)

    together(lambda _n: client_for(key).start({**body, "repeat": True}))

    assert sorted(MasteryLog.objects.values_list("mastery_level", flat=True)) == [1, 2]


def test_concurrent_replaces_leave_one_attempt(school: School):
    """contract 1.2."""
    key = school.key()
    session = client_for(key).start(exercise(user_id="student_ada"))["session_id"]

    together(
        lambda n: client_for(key).move(session, interactions=[answered("q", n % 2, replace=True)])
    )

    assert len(AttemptLog.objects.get().interaction_history) == CLIENTS


def test_concurrent_learners_have_exact_totals(school: School):
    """The totals of each learner are exact while others record."""
    key = school.key()

    def work(number: int) -> str:
        client = client_for(key)
        session = client.start(video(user_id=f"learner {number}"))["session_id"]
        for _turn in range(number + 1):
            client.move(session, time_spent_delta=1)
        return session

    sessions = together(work)

    for number, session in enumerate(sessions):
        assert ContentSession.objects.get(pk=UUID(session)).time_spent == number + 1
