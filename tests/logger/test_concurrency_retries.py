"""Concurrent retries, and concurrent requests that finish a quiz: contract 0.9, 1.2."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from infra.api.idempotency.models import IdempotencyRecord
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_quiz, make_school, video
from tests.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

START = "/api/logger/contentsession"


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


def test_concurrent_repeats_of_one_request_count_once(school: School):
    """contract 0.9: 409 while it runs, then the same response for all."""
    key = school.key()
    session = client_for(key).start(exercise(user_id="student_ada"))["session_id"]
    body = {"time_spent_delta": 5, "progress_delta": 0.1, "interactions": [answered()]}

    def send(_number: int) -> Any:
        return client_for(key).put(
            f"{START}/{session}", body, format="json", HTTP_IDEMPOTENCY_KEY="same"
        )

    responses = together(send, clients=16)

    statuses = Counter(response.status_code for response in responses)
    assert statuses.keys() <= {200, 409}
    assert statuses[200] >= 1
    bodies = {response.content for response in responses if response.status_code == 200}
    assert bodies == {send(0).content}
    first = [
        r for r in responses if r.status_code == 200 and not r.has_header("Idempotent-Replayed")
    ]
    assert len(first) == 1
    assert AttemptLog.objects.count() == 1
    assert ContentSession.objects.get().time_spent == 5
    assert ContentSummary.objects.get().progress == 0.1
    assert IdempotencyRecord.objects.get().status == 200


def test_concurrent_first_requests_under_one_key_create_one_session(school: School):
    """contract 0.6, 0.9."""
    key, body = school.key(), video(user_id="newcomer")

    responses = together(
        lambda _n: client_for(key).post(START, body, format="json", HTTP_IDEMPOTENCY_KEY="k"),
        clients=16,
    )

    assert {response.status_code for response in responses} <= {200, 409}
    assert ContentSession.objects.get().user == User.objects.get(external_id="newcomer")


def test_one_of_several_puts_that_finish_a_quiz_succeeds(school: School):
    """contract 1.2: the other requests are refused as a whole."""
    quiz = make_quiz(school.class_7a)
    client = client_for(school.ada)
    sessions = [client.start({"quiz_id": quiz.pk.hex})["session_id"] for _turn in range(8)]

    def finish(number: int) -> int:
        body = {
            "progress": 1,
            "time_spent_delta": 1,
            "interactions": [answered(f"q{number}", replace=True)],
        }
        return (
            client_for(school.ada)
            .put(f"{START}/{sessions[number]}", body, format="json")
            .status_code
        )

    statuses = Counter(together(finish))

    assert statuses == {200: 1, 403: 7}
    tried = MasteryLog.objects.get()
    assert (tried.complete, tried.time_spent, tried.attempt_count) == (True, 1, 1)
    assert AttemptLog.objects.count() == 1
    assert ContentSummary.objects.get().time_spent == 1


def test_a_quiz_that_is_closed_during_a_submission_stores_all_of_it_or_nothing(school: School):
    """contract 1.2: what is acknowledged is stored, and nothing is acknowledged afterwards."""
    quiz = make_quiz(school.class_7a)
    learners = [school.ada, school.ben]
    sessions = [client_for(each).start({"quiz_id": quiz.pk.hex})["session_id"] for each in learners]

    def submit(number: int, turn: int) -> int:
        body = {"time_spent_delta": 1, "interactions": [answered(f"q{turn}")]}
        client = client_for(learners[number])
        return client.put(f"{START}/{sessions[number]}", body, format="json").status_code

    def work(number: int) -> list[int]:
        if number < len(learners):
            return [submit(number, turn) for turn in range(8)]
        coach = client_for(school.facility_coach)
        path = f"/api/assignments/quiz/{quiz.pk.hex}"
        return [coach.patch(path, {"active": False}, format="json").status_code]

    *submitted, [closed] = together(work, clients=len(learners) + 1)

    assert closed == 200
    for number, statuses in enumerate(submitted):
        accepted = statuses.count(200)
        assert statuses == [200] * accepted + [403] * (8 - accepted)
        tried = MasteryLog.objects.get(user=learners[number])
        assert (tried.time_spent, tried.attempt_count) == (accepted, accepted)
        assert submit(number, 9) == 403


def test_no_update_of_sixteen_clients_to_one_session_is_lost(school: School):
    """contract 1.2."""
    key = school.key()
    session = client_for(key).start(exercise(user_id="student_ada"))["session_id"]

    def work(number: int) -> None:
        client = client_for(key)
        for turn in range(4):
            client.move(
                session,
                progress_delta=0.001,
                time_spent_delta=1,
                interactions=[answered(f"q{number}-{turn}", 0)],
            )

    together(work, clients=16)

    assert ContentSession.objects.get().progress == 0.064
    assert MasteryLog.objects.get().time_spent == MasteryLog.objects.get().attempt_count == 64
    assert AttemptLog.objects.values("item").distinct().count() == 64
