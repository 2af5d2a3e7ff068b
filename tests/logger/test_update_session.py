"""PUT contentsession, without interactions: contract 1.2."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from logger.commands import UpdateSession
from logger.models import ContentSession, ContentSummary, MasteryLog
from logger.services import update_session
from roster.models import Quiz
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_facility, make_key, make_quiz, video

PATH = "/api/logger/contentsession/"


@pytest.fixture
def session(ada: Client) -> str:
    return ada.start(video())["session_id"]


def summary() -> ContentSummary:
    return ContentSummary.objects.get()


def test_an_empty_body_updates_only_the_end(ada: Client, session: str):
    """contract 1.2."""
    before = summary().end_timestamp

    response = ada.put(f"{PATH}{session}")

    assert (response.status_code, response.json()) == (200, {"complete": False})
    assert summary().end_timestamp > before


@pytest.mark.parametrize(
    ("steps", "stands_at"),
    [
        ([{"progress_delta": 0.1}, {"progress_delta": 0.2}], 0.3),
        ([{"progress_delta": 0.0001}], 0.001),
        ([{"progress": 0.1}, {"progress_delta": 1e-30}], 0.101),
        ([{"progress": 0.12345}], 0.124),
        ([{"progress": 0.123}], 0.123),
        ([{"progress": 0.9}, {"progress_delta": 0.9}], 1.0),
        ([{"progress": 0.9}, {"progress": 0.2}], 0.2),
        ([{"progress": "0.5"}], 0.5),
        ([{"progress": True}], 1.0),
        ([{"progress_delta": 0}], 0.0),
    ],
)
def test_progress_is_exact_thousandths_rounded_up(
    ada: Client, session: str, steps: list[dict[str, Any]], stands_at: float
):
    """contract 1.2: 0.1 + 0.2 is 0.3; limited to 1; it can decrease; 1.1: lenient values."""
    for step in steps:
        ada.move(session, **step)

    assert summary().progress == stands_at
    assert ContentSession.objects.get().progress == stands_at


def test_progress_that_rounds_up_to_one_completes(ada: Client):
    """contract 1.2: .9991 to 1 are 1; as in Kolibri, rounding can complete a content."""
    for progress, complete in ((0.999, False), (0.9990000001, True), (0.9996, True)):
        session = ada.start(video())["session_id"]
        assert ada.move(session, progress=progress)["complete"] == complete


def test_a_delta_is_added_to_session_and_summary_separately(ada: Client):
    """contract 1.2: an absolute value sets both."""
    body = video()
    ada.move(ada.start(body)["session_id"], progress_delta=0.5)
    second = ada.start(body)["session_id"]

    ada.move(second, progress_delta=0.2)

    assert summary().progress == 0.7
    assert ContentSession.objects.get(pk=UUID(second)).progress == 0.2
    ada.move(second, progress=0.1)
    assert summary().progress == 0.1
    assert ContentSession.objects.get(pk=UUID(second)).progress == 0.1


def test_time_is_added_to_session_summary_and_try(ada: Client):
    """contract 1.2."""
    session = ada.start(exercise())["session_id"]

    ada.move(session, time_spent_delta=0.1)
    ada.move(session, time_spent_delta=0.2)

    assert ContentSession.objects.get().time_spent == 0.3
    assert summary().time_spent == 0.3
    assert MasteryLog.objects.get().time_spent == 0.3


def test_extra_fields_are_replaced_as_a_whole(ada: Client, session: str):
    """contract 1.2."""
    ada.move(session, extra_fields={"a": 1, "b": {"c": [None, 2]}})
    ada.move(session, extra_fields={"d": "é"})

    assert summary().extra_fields == {"d": "é"}
    assert ContentSession.objects.get().extra_fields == {"d": "é"}


def test_the_completion_time_is_stored_once(ada: Client, session: str):
    """contract 1.2: completion_timestamp is set once per row."""
    assert ada.move(session, progress=1) == {"complete": True}
    first = summary().completion_timestamp
    assert ada.move(session, progress=0.5) == {"complete": False}
    assert ada.move(session, progress=1) == {"complete": True}

    assert first is not None
    assert summary().completion_timestamp == first


@pytest.mark.parametrize(
    "body",
    [
        {"progress": 0.1, "progress_delta": 0.1},
        {"progress": 1.001},
        {"progress": -0.001},
        {"progress_delta": 1.5},
        {"progress_delta": -1},
        {"progress": "NaN"},
        {"progress": "Infinity"},
        {"progress": None},
        {"progress": "much"},
        {"time_spent_delta": -1},
        {"time_spent_delta": "nan"},
        {"time_spent_delta": 10_000_001},
        {"extra_fields": []},
        {"extra_fields": "x"},
        {"extra_fields": None},
        {"interactions": {}},
        {"interactions": "x"},
        {"interactions": ["x"]},
        [],
    ],
)
def test_a_value_out_of_range_is_refused_and_nothing_is_stored(
    ada: Client, session: str, body: Any
):
    """contract 1.2, 0.1: a failing request changes nothing."""
    before = summary().end_timestamp

    response = ada.put(f"{PATH}{session}", body, format="json")

    assert response.status_code == 400
    assert {error["id"] for error in response.json()} == {"INVALID"}
    assert summary().end_timestamp == before


def test_a_try_is_complete_if_the_progress_of_the_summary_is_one(ada: Client):
    """contract 1.2: and a complete try never reopens."""
    session = ada.start(exercise())["session_id"]

    ada.move(session, progress=1)
    completed = MasteryLog.objects.get().completion_timestamp
    ada.move(session, progress=0.2)

    after = MasteryLog.objects.get()
    assert completed is not None
    assert (after.complete, after.completion_timestamp) == (True, completed)


def test_a_request_that_waited_for_the_lock_does_not_move_an_end_back(
    ada: Client, session: str, school: School
):
    """contract 1.4: end_timestamp orders the lists, in whichever order requests get the lock."""
    ada.move(session)
    before = summary().end_timestamp
    late = UpdateSession(time_spent_delta=1)

    update_session(UUID(session), late, actor=school.ada, at=before - timedelta(seconds=1))

    assert (summary().end_timestamp, summary().time_spent) == (before, 1)


def test_a_session_of_another_person_is_unknown(ada: Client, session: str, school: School):
    """contract 1.2: 404 for unknown, malformed, another's (superuser too), anonymous."""
    callers = [school.ben, school.coach, school.admin, school.superuser, school.stranger, None]

    for caller in callers:
        response = client_for(caller).put(f"{PATH}{session}", {"progress": 1}, format="json")
        assert (response.status_code, response.json()[0]["id"]) == (404, "NOT_FOUND")
    for unknown in (uuid7().hex, "nonsense", "0"):
        assert ada.put(f"{PATH}{unknown}", {}, format="json").status_code == 404
    assert summary().progress == 0


def test_a_key_updates_only_sessions_of_its_facility(session: str, app: Client, school: School):
    """contract 0.5: PUT records for the learner of the session."""
    stranger = client_for(make_key(school.elsewhere))

    refused = stranger.put(f"{PATH}{session}", {"progress": 0.1}, format="json")
    app.move(session, progress=0.5)

    assert refused.status_code == 404
    assert summary().progress == 0.5


def test_a_session_of_a_guest_can_be_updated_by_guests_for_a_day(guest: Client, school: School):
    """contract 1.1: only sessions without a learner, for 24 h after their start."""
    session = guest.start(video())["session_id"]

    assert guest.move(session, progress=1) == {"complete": True}
    assert client_for(school.ada).put(f"{PATH}{session}", {}, format="json").status_code == 404
    ContentSession.objects.update(start_timestamp=timezone.now() - timedelta(hours=24, seconds=1))
    assert guest.put(f"{PATH}{session}", {}, format="json").status_code == 404


def test_a_key_updates_sessions_of_guests_of_its_facility(app: Client, school: School):
    """contract 0.5."""
    session = app.start(video())["session_id"]
    foreign = client_for(make_key(make_facility()))

    assert app.move(session, progress_delta=0.5) == {"complete": False}
    assert foreign.put(f"{PATH}{session}", {}, format="json").status_code == 404
    assert ContentSession.objects.get().facility == school.facility


def test_a_closed_quiz_refuses_updates(ada: Client, school: School):
    """contract 1.2: 403: quiz no longer active or assigned."""
    quiz = make_quiz(school.class_7a)
    session = ada.start({"quiz_id": quiz.pk.hex})["session_id"]
    ada.move(session, progress=0.5)

    Quiz.objects.update(active=False)
    inactive = ada.put(f"{PATH}{session}", {"progress": 0.7}, format="json")
    Quiz.objects.update(active=True)
    quiz.assignments.all().delete()
    unassigned = ada.put(f"{PATH}{session}", {"progress": 0.7}, format="json")
    quiz.delete()
    deleted = ada.put(f"{PATH}{session}", {"progress": 0.7}, format="json")

    assert [r.status_code for r in (inactive, unassigned, deleted)] == [403, 403, 403]
    assert summary().progress == 0.5


def test_the_put_that_finishes_a_quiz_stores_its_answers_and_is_the_last(
    ada: Client, school: School
):
    """contract 1.2: a PUT to a finished quiz stores nothing."""
    quiz = make_quiz(school.class_7a)
    session = ada.start({"quiz_id": quiz.pk.hex})["session_id"]

    finished = ada.move(session, progress=1, interactions=[answered("q1"), answered("q2", 0)])
    late = ada.put(f"{PATH}{session}", {"interactions": [answered("q3")]}, format="json")

    tried = MasteryLog.objects.get()
    assert (finished["complete"], len(finished["attempts"])) == (True, 2)
    assert late.status_code == 403
    assert (tried.complete, tried.attempts.count()) == (True, 2)


def test_a_practice_quiz_cannot_change_a_quiz_of_a_coach(ada: Client, school: School):
    """contract 1.2: no session can add to a finished quiz of a coach."""
    quiz = make_quiz(school.class_7a)
    session = ada.start({"quiz_id": quiz.pk.hex})["session_id"]
    practice = exercise(content_id=quiz.pk.hex, mastery_model={"type": "quiz"})
    practice_session = ada.start(practice)
    ada.move(session, progress=1, interactions=[answered("q1", 0)])

    ada.move(practice_session["session_id"], interactions=[answered("q1", 1, replace=True)])

    tried = MasteryLog.objects.get(is_coach_assigned=True)
    assert list(tried.attempts.values_list("correct", flat=True)) == [0]
    assert practice_session["mastery_criterion"] == {"type": "quiz"}
    assert practice_session["context"]["mastery_level"] != tried.mastery_level


def test_a_quiz_of_a_coach_does_not_continue_a_practice_quiz(ada: Client, school: School):
    """contract 1.1: the criterion of a coach's quiz is the coach's."""
    quiz = make_quiz(school.class_7a)
    ada.start(exercise(content_id=quiz.pk.hex, mastery_model={"type": "quiz"}))

    started = ada.start({"quiz_id": quiz.pk.hex})
    ada.move(started["session_id"], progress=1)

    assert started["mastery_criterion"] == {"type": "quiz", "coach_assigned": True}
    refused = ada.post("/api/logger/contentsession", {"quiz_id": quiz.pk.hex}, format="json")
    assert refused.status_code == 403


def test_a_quiz_is_submitted_and_never_mastered(ada: Client, school: School):
    """contract 1.6: never by score."""
    quiz = make_quiz(school.class_7a)
    session = ada.start({"quiz_id": quiz.pk.hex})["session_id"]

    moved = ada.move(session, interactions=[answered(f"q{n}") for n in range(20)])

    assert moved["complete"] is False
    assert not MasteryLog.objects.get().complete


def test_the_aliases_of_kolibri_servers_work(ada: Client):
    """contract 1: trackprogress = contentsession, userprogress = totalcontentprogress."""
    started = ada.post("/api/logger/trackprogress/", video(), format="json").json()
    moved = ada.put(
        f"/api/logger/trackprogress/{started['session_id']}/", {"progress": 1}, format="json"
    )
    user = ContentSession.objects.get().user
    assert user is not None
    total = ada.get(f"/api/logger/userprogress/{user.pk.hex}/")

    assert moved.json() == {"complete": True}
    assert total.json() == {"id": user.pk.hex, "progress": 1}
