"""Late answers: snapshots, and the job that evaluates the latest of them (contract 0.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from analytics.models import Item, LearnerAbility, LearnerSnapshot, LearningEvent
from analytics.services.late_answers import EVENTS_PER_PART
from infra.api.rate_limit import Rate
from roster.models import User
from tests.analytics.event_builders import TRACK, answer, data_of, refused, track, tracked
from tests.analytics.test_recording import estimates_of, outcomes_of
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, make_key

pytestmark = pytest.mark.django_db
STEP = timedelta(minutes=5)
# More than a request evaluates again.
MANY = 2300


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def app(school: School) -> Client:
    school.facility.remember_answers = True
    school.facility.save()
    return client_for(make_key(school.facility))


def practice(number: int, user: str = "student_ada") -> dict[str, Any]:
    """Return an answer of a kind that depends on a number, at a time that grows with it."""
    return answer(
        user,
        skill_id=f"skill{number % 7}",
        item_id=f"q{number * 3 % 40}",
        is_correct=number * number % 3 > 0,
        time_spent_seconds=number % 50,
        timestamp=at(number).isoformat(),
    )


def at(number: float) -> datetime:
    return NOW + (number - 3 * MANY) * STEP


def send(app: Client, rows: list[dict[str, Any]]) -> dict[str, Any]:
    response = app.post(f"{TRACK}s", rows, format="json")
    assert response.status_code == 200, response.content
    assert response.json()["data"]["rejected"] == 0
    data: dict[str, Any] = response.json()["data"]
    return data


def check(*options: str) -> str:
    out = StringIO()
    call_command("rebuild_state", "--check", *options, stdout=out)
    return out.getvalue()


def run_jobs() -> None:
    call_command("run_jobs", "--once")


def learner(name: str) -> User:
    return User.objects.get(external_id=name, facility__name="Riverside")


def send_in_order(app: Client, rows: list[dict[str, Any]]) -> None:
    """Send the same answers of another learner in the order of their times."""
    theirs = [{**row, "user_id": "in order"} for row in rows]
    send(app, sorted(theirs, key=lambda row: row["timestamp"]))


def assert_like_in_order(late: str = "student_ada") -> None:
    """Assert that a learner's state is that of the one whose answers arrived in order."""
    now, expected = learner(late), learner("in order")
    assert estimates_of(now) == estimates_of(expected)
    assert outcomes_of(now) == outcomes_of(expected)
    assert "No difference." in check()


@pytest.mark.parametrize("distance", [1, 150, 420, 900])
def test_a_late_answer_is_evaluated_from_a_snapshot(app: Client, distance: int):
    """The result equals arrival in order, whichever snapshots there were."""
    numbers = [*range(1000)]
    for start in range(0, 1000, 100):
        send(app, [practice(number) for number in numbers[start : start + 100]])
    late = [1000 - distance + fraction for fraction in (0.5, 0.25, -3.5)]
    sent = [{**practice(int(number)), "timestamp": at(number).isoformat()} for number in late]
    for row in sent:
        assert "recompute_pending" not in tracked(app, row)

    send_in_order(app, [practice(number) for number in numbers] + sent)
    assert_like_in_order()


def test_old_snapshots_become_rare(app: Client):
    """Gaps are at most as long as their distance to the end, so there are few snapshots."""
    for start in range(0, 6000, 200):
        send(app, [practice(number) for number in range(start, start + 200)])

    kept = sorted(LearnerSnapshot.objects.values_list("answers", flat=True))

    assert kept[-1] == 6000
    assert len(kept) <= 8
    for earlier, later in pairwise(kept):
        assert later - earlier <= max(200, 6000 - later)


def test_an_ordinary_answer_needs_no_statement_for_snapshots(app: Client):
    """Only after every 200th are the states read and saved."""
    send(app, [practice(number) for number in range(197)])

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            tracked(app, answer(skill_id="skill1", item_id="q1"))
        return len(captured)

    counts = [statements() for _answer in range(5)]

    usual = counts[0]
    assert counts == [usual, usual, usual + 4, usual, usual]


@pytest.fixture
def busy(app: Client) -> Client:
    """Client of a key for a learner with many answers."""
    assert "recompute_pending" not in send(app, [practice(number) for number in range(MANY)])
    return app


def test_an_answer_that_is_too_late_is_evaluated_by_the_job(busy: Client, school: School):
    before = estimates_of(school.ada)
    row = {**practice(3), "timestamp": at(1.5).isoformat()}

    change = tracked(busy, row)

    assert change["recompute_pending"] is True
    assert change["mastery_before"] == change["mastery_after"]
    waiting = estimates_of(school.ada)
    assert waiting["states"] == before["states"]
    assert waiting["memories"] == before["memories"]
    assert "Late answers of 1 learners wait" in check()

    send_in_order(busy, [*map(practice, range(MANY)), row])
    run_jobs()

    assert_like_in_order()
    assert "recompute_pending" not in tracked(busy, answer())


def test_answers_that_arrive_while_others_wait_are_included(busy: Client, school: School):
    """Late ones wait too, the others are evaluated at once and again by the job."""
    sent = [
        {**practice(3), "timestamp": at(90.5).isoformat()},
        practice(MANY + 1),
        {**practice(8), "timestamp": at(MANY - 0.5).isoformat()},
        {**practice(4), "timestamp": at(0.5).isoformat(), "skill_id": "new"},
        practice(MANY + 2),
    ]
    for row in sent:
        assert tracked(busy, row)["recompute_pending"] is True

    send_in_order(busy, [*map(practice, range(MANY)), *sent])
    run_jobs()

    assert_like_in_order()


def test_a_repeated_answer_that_waits_counts_once(busy: Client):
    row = {**practice(3), "timestamp": at(1.5).isoformat(), "event_id": "e1", "skill_id": "new"}

    for _again in range(2):
        assert tracked(busy, row)["recompute_pending"] is True

    assert LearningEvent.objects.filter(source_id="e1").count() == 1


def test_a_rebuild_evaluates_the_answers_that_wait(busy: Client):
    tracked(busy, {**practice(3), "timestamp": at(1.5).isoformat()})

    call_command("rebuild_state", stdout=StringIO())

    assert "Late answers" not in check()
    assert not LearnerSnapshot.objects.exists()
    tracked(busy, {**practice(3), "timestamp": at(MANY - 1.5).isoformat()})
    run_jobs()
    assert "No difference." in check()


def test_an_item_may_be_deleted_while_answers_wait(busy: Client):
    """Its events are gone, so the states are rebuilt afterwards, as without late answers."""
    tracked(busy, {**practice(3), "timestamp": at(1.5).isoformat()})
    Item.objects.get(code="q0").delete()

    run_jobs()
    call_command("rebuild_state", stdout=StringIO())

    assert "No difference." in check()


def test_the_job_does_a_bounded_part_at_a_time(busy: Client, school: School):
    """In each transaction, so that others need not wait."""
    send(busy, [practice(number) for number in range(MANY, 2 * MANY)])
    tracked(busy, {**practice(3), "timestamp": at(1.5).isoformat()})
    LearnerSnapshot.objects.all().delete()

    with CaptureQueriesContext(connection) as captured:
        run_jobs()

    limit = f"LIMIT {EVENTS_PER_PART + 1}"
    parts = [query["sql"] for query in captured if limit in query["sql"]]
    assert len(parts) == 1 + 2 * MANY // EVENTS_PER_PART
    assert LearnerAbility.objects.get(learner=school.ada).recompute_from is None
    assert "No difference." in check()


def test_late_study_results_and_interactions_say_so_too(busy: Client, school: School, ada: Client):
    """In all three APIs; a single study result then has a body."""
    early = at(1.5).isoformat()
    result = {
        "user_id": "student_ada", "partner_id": school.facility.pk.hex, "item_id": "q1",
        "quiz_result": "Correct", "study_time_millis": 10, "timestamp": early,
    }  # fmt: skip
    session = ada.start(exercise())["session_id"]

    single = busy.post("/v3/study", result, format="json")
    many = busy.post("/v3/studies", [result], format="json").json()
    moved = ada.move(session, interactions=[answered("q1", timestamp=early)])

    assert (single.status_code, single.json()) == (202, {"meta": {"recompute_pending": True}})
    assert many["meta"]["recompute_pending"] is True
    assert moved["recompute_pending"] is True
    assert send(busy, [{**practice(3), "timestamp": early}])["recompute_pending"] is True
    run_jobs()
    assert busy.post("/v3/study", {**result, "timestamp": None}, format="json").status_code == 204
    assert ada.move(session, interactions=[answered("q2")]).keys() == {"complete", "attempts"}
    assert "No difference." in check()


def test_a_bulk_request_evaluates_a_bounded_number_again(busy: Client):
    """Of all its learners together; the job does the rest."""
    for name in ("ben", "cy"):
        send(busy, [practice(number, name) for number in range(1500)])
    rows = [{**practice(3, name), "timestamp": at(1.5).isoformat()} for name in ("ben", "cy")]

    response = busy.post(f"{TRACK}s?results=all", rows, format="json").json()

    pending = [result["data"].get("recompute_pending", False) for result in response["results"]]
    assert sorted(pending) == [False, True]
    run_jobs()
    assert "No difference." in check()


def test_many_rows_of_a_learner_in_any_order(app: Client):
    """They are recorded in several transactions, in the order of their times."""
    rows = [practice(number * 1009 % MANY) for number in range(MANY)]

    assert "recompute_pending" not in send(app, rows)

    send_in_order(app, rows)
    assert_like_in_order()


def test_late_answers_cost_as_many_requests_as_they_take_time(
    app: Client, ada: Client, settings: Settings
):
    """contract 0.11: 25 events that are evaluated again cost a request."""
    for start in range(0, 1000, 100):
        send(app, [practice(number) for number in range(start, start + 100)])
    settings.THROTTLES = {**settings.THROTTLES, "user": Rate(requests=60, seconds=60)}
    near = {**practice(3), "timestamp": at(990.5).isoformat()}
    far = {**practice(3), "timestamp": at(0.5).isoformat()}

    for _answer in range(4):
        assert data_of(track(ada, near))
    assert data_of(track(ada, far))

    refused(track(ada, near), 429)
    assert data_of(track(app, far))


def test_rows_of_a_bulk_request_count_as_requests(ada: Client, settings: Settings):
    """contract 0.11: 10 answers cost a request."""
    settings.THROTTLES = {**settings.THROTTLES, "user": Rate(requests=60, seconds=60)}

    send(ada, [practice(number) for number in range(600)])

    refused(track(ada, answer()), 429)
