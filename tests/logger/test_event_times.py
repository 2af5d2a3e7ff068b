"""Timestamps of interactions: contract 0.1, 0.10."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from analytics.models import LearningEvent
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, video

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _freeze_time() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def session(ada: Client) -> str:
    return ada.start(exercise())["session_id"]


def at(moment: datetime | timedelta) -> str:
    moment = NOW + moment if isinstance(moment, timedelta) else moment
    return moment.isoformat()


def test_an_interaction_has_the_time_of_its_timestamp(ada: Client, session: str):
    """contract 0.10: start = timestamp − time_spent, end = timestamp; the history has it too."""
    happened_at = NOW - timedelta(days=3)

    ada.move(session, interactions=[answered(timestamp=at(happened_at), complete=True)])

    attempt = AttemptLog.objects.get()
    assert attempt.end_timestamp == attempt.completion_timestamp == happened_at
    assert attempt.start_timestamp == happened_at - timedelta(seconds=10)
    assert attempt.interaction_history[0]["timestamp"] == "2026-02-27T09:30:00.000000Z"


def test_decimals_after_the_sixth_are_cut_off(ada: Client, session: str, school: School):
    """contract 0.1: the time of .NET and of others has seven; it is never in the next second."""
    time = "2026-02-27T09:30:00.9999999Z"

    ada.move(session, interactions=[answered(timestamp=time)])

    [row] = ada.get("/api/logger/attemptlog").json()
    assert row["end_timestamp"] == "2026-02-27T09:30:00.999999Z"
    key = client_for(school.key())
    body = {"user_id": "student_ada", "skill_id": "s", "is_correct": True, "timestamp": time}
    assert key.post("/api/v1/track-answer", body, format="json").status_code == 200
    study = {
        "user_id": "student_ada", "partner_id": school.facility.pk.hex, "item_id": "q",
        "quiz_result": "Correct", "study_time_millis": 1, "timestamp": time,
    }  # fmt: skip
    assert key.post("/v3/study", study, format="json").status_code == 204
    events = LearningEvent.objects.values_list("happened_at", flat=True)
    assert {moment.microsecond for moment in events} == {999_999}


def test_an_interaction_without_a_timestamp_happened_now(ada: Client, session: str):
    """contract 0.10."""
    ada.move(session, interactions=[answered(), answered("q2", timestamp=None)])

    assert {attempt.end_timestamp for attempt in AttemptLog.objects.all()} == {NOW}


@pytest.mark.parametrize(
    ("ahead", "kept"),
    [(timedelta(minutes=5), timedelta(minutes=5)), (timedelta(minutes=5, seconds=1), timedelta(0))],
)
def test_a_clock_can_be_at_most_five_minutes_ahead(
    ada: Client, session: str, ahead: timedelta, kept: timedelta
):
    """contract 0.10: later timestamps become now."""
    ada.move(session, interactions=[answered(timestamp=at(ahead))])

    assert AttemptLog.objects.get().end_timestamp == NOW + kept


def test_a_later_interaction_is_never_earlier(ada: Client, session: str):
    """contract 0.10: without a timestamp the time is max(now, the newest)."""
    ahead = timedelta(minutes=4)
    ada.move(session, interactions=[answered("q1", timestamp=at(ahead))])

    ada.move(session, interactions=[answered("q2", 0)])

    assert AttemptLog.objects.get(item="q2").end_timestamp == NOW + ahead
    for model in (ContentSession, ContentSummary, MasteryLog):
        assert model.objects.get().end_timestamp == NOW + ahead


def test_a_late_interaction_does_not_move_an_end_back(ada: Client, session: str):
    """contract 0.10, 1.4."""
    [attempt] = ada.move(session, interactions=[answered("q1", 0)])["attempts"]

    late = answered("q1", 1, id=attempt["id"], timestamp=at(-timedelta(hours=1)))
    ada.move(session, interactions=[late])

    stored = AttemptLog.objects.get()
    assert stored.end_timestamp == MasteryLog.objects.get().end_timestamp == NOW
    times = [entry["timestamp"] for entry in stored.interaction_history]
    assert times == ["2026-03-02T09:30:00.000000Z", "2026-03-02T08:30:00.000000Z"]


def test_attempts_are_listed_by_time(ada: Client, session: str):
    """contract 0.10, 1.7: attempts uploaded in any order are listed by time."""
    hours = [3, 1, 2]
    ada.move(
        session,
        interactions=[answered(f"q{h}", 0, timestamp=at(-timedelta(hours=h))) for h in hours],
    )

    listed = ada.get("/api/logger/attemptlog").json()
    assert [row["item"] for row in listed] == ["q1", "q2", "q3"]


def test_mastery_is_evaluated_in_order_of_arrival(ada: Client):
    """contract 1.6: in the order of `interactions`."""
    model = {"type": "num_correct_in_a_row_2"}
    session = ada.start(exercise(mastery_model=model))["session_id"]
    hours, scores = (1, 2, 3), (0, 1, 1)

    moved = ada.move(
        session,
        interactions=[
            answered(f"q{h}", score, timestamp=at(-timedelta(hours=h)))
            for h, score in zip(hours, scores, strict=True)
        ],
    )

    assert moved["complete"] is True


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-03-02T08:00:00Z", "2026-03-02T08:00:00.000000Z", "2026-03-02T10:00:00+02:00",
        "2026-03-02 08:00:00+00:00", "2026-03-02T03:30:00-04:30",
    ],
)  # fmt: skip
def test_times_with_any_offset_are_accepted(ada: Client, session: str, spelled: str):
    """contract 0.1."""
    ada.move(session, interactions=[answered(timestamp=spelled)])

    assert AttemptLog.objects.get().end_timestamp == NOW - timedelta(minutes=90)


@pytest.mark.parametrize(
    "spelled",
    [
        "2026-03-02T08:00:00", "2026-03-02", "1999-12-31T23:59:59Z", "2000-01-01T00:59:59+01:00",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-02T08:00:00Z",
        "2026-03-02T08:00:00+25:00", "yesterday", "", 1772438400, 1.5, True, {}, [],
    ],
)  # fmt: skip
def test_a_malformed_time_is_refused(ada: Client, session: str, spelled: Any):
    """contract 0.1: an offset and a year ≥ 2000 are needed."""
    response = ada.put(
        f"/api/logger/contentsession/{session}",
        {"interactions": [answered(timestamp=spelled)]},
        format="json",
    )

    [error] = response.json()
    assert (response.status_code, error["id"]) == (400, "INVALID")
    assert error["metadata"]["field"] == "interactions.timestamp"
    assert not AttemptLog.objects.exists()


def test_attempts_at_a_video_have_their_timestamps(ada: Client):
    """contract 0.10, 1.2."""
    session = ada.start(video())["session_id"]
    happened_at = NOW - timedelta(hours=2)

    ada.move(session, interactions=[answered(timestamp=at(happened_at))])

    assert AttemptLog.objects.get().end_timestamp == happened_at
    assert ContentSession.objects.get().end_timestamp == NOW


def test_a_fast_clock_does_not_get_further_ahead(ada: Client, session: str):
    """contract 0.10: five minutes ahead of the server's clock, however often."""
    for turn in range(1, 6):
        ahead = timedelta(minutes=4 * turn)
        ada.move(session, interactions=[answered(f"q{turn}", 0, timestamp=at(ahead))])

    ends = AttemptLog.objects.order_by("position").values_list("end_timestamp", flat=True)
    assert list(ends) == [NOW + timedelta(minutes=4)] * 5


def test_a_later_interaction_at_another_content_is_never_earlier(ada: Client, session: str):
    """contract 0.10: max(now, the learner's newest), at any content."""
    ahead = timedelta(minutes=4)
    ada.move(session, interactions=[answered("q1", timestamp=at(ahead))])
    other = ada.start(exercise())["session_id"]

    ada.move(other, interactions=[answered("q2", 0)])

    assert AttemptLog.objects.get(item="q2").end_timestamp == NOW + ahead
    assert [row["item"] for row in ada.get("/api/logger/attemptlog").json()] == ["q2", "q1"]


def test_a_fast_clock_does_not_affect_another_learner(ada: Client, session: str, school: School):
    """contract 0.10: the newest of this learner only."""
    ada.move(session, interactions=[answered("q1", timestamp=at(timedelta(minutes=4)))])

    client_for(school.ben).work(exercise(), answered("q2"))

    assert AttemptLog.objects.get(item="q2").end_timestamp == NOW


def test_a_new_try_does_not_begin_before_the_last_one_ended(ada: Client):
    """contract 0.10, 1.4: the newest try is the first of the list."""
    body = exercise()
    session = ada.start(body)["session_id"]
    ada.move(session, progress=1, interactions=[answered(timestamp=at(timedelta(minutes=4)))])

    ada.start({**body, "repeat": True})

    tries = MasteryLog.objects.newest_first()
    assert [tried.mastery_level for tried in tries] == [2, 1]
