"""Group commit: simultaneous requests share a transaction, each with its own outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from analytics.models import LearningEvent, SkillState
from infra.api.idempotency.models import IdempotencyRecord
from infra.db.group_commit import MAX_CALLS, GroupCommit, RunAlone
from logger.models import AttemptLog, ContentSession
from roster.models import Facility, User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school
from tests.threads import together, until

pytestmark = pytest.mark.django_db(transaction=True)

START = "/api/logger/contentsession"
TRACK = "/api/v1/track-answer"


class Service:
    """A service whose first group waits until the other calls have queued."""

    def __init__(self, others: int) -> None:
        self.others = others
        self.groups: list[tuple[list[str], bool]] = []
        self.started = threading.Event()
        self.group_commit = GroupCommit[str, str](self.run)

    def run(self, calls: Sequence[str], *, wait: bool) -> list[str | Exception]:
        """Return the calls in capitals; `bad` raises alone, `locked` must run alone."""
        self.groups.append((list(calls), wait))
        self.started.set()
        while calls == ["first"] and len(self.group_commit._queue) < self.others:
            threading.Event().wait(0.001)
        if "breaks all" in calls and len(calls) > 1:
            raise RuntimeError
        outcomes: dict[str, Exception] = {"bad": ValueError("bad"), "locked": RunAlone()}
        return [call.upper() if wait else outcomes.get(call, call.upper()) for call in calls]

    def call_together(
        self, *calls: str, finish: Callable[[str], None] | None = None
    ) -> list[str | Exception]:
        """Return the result or the exception of each call, all made while the first one runs."""

        def call(number: int) -> str | Exception:
            if number:
                self.started.wait(30)
            try:
                return self.group_commit(calls[number], finish=finish)
            except (ValueError, RuntimeError, OperationalError) as error:
                return error

        return together(call, clients=len(calls))


def test_calls_that_wait_run_together():
    service = Service(others=3)

    results = service.call_together("first", "a", "b", "c")

    assert results == ["FIRST", "A", "B", "C"]
    assert [(sorted(calls), wait) for calls, wait in service.groups] == [
        (["first"], False),
        (["a", "b", "c"], False),
    ]


def test_a_failing_call_fails_alone():
    service = Service(others=3)

    first, good, bad, locked = service.call_together("first", "good", "bad", "locked")

    assert (first, good, locked) == ("FIRST", "GOOD", "LOCKED")
    assert isinstance(bad, ValueError)
    assert service.groups[-1] == (["locked"], True)


def test_calls_run_alone_after_their_group_failed():
    service = Service(others=2)

    assert service.call_together("first", "breaks all", "a") == ["FIRST", "BREAKS ALL", "A"]
    assert sorted(calls[0] for calls, wait in service.groups if wait) == ["a", "breaks all"]


def test_what_finishes_a_call_is_saved_with_it_or_not_at_all():
    service = Service(others=2)

    def finish(result: str) -> None:
        Facility.objects.create(name=result)
        if result == "REFUSED":
            raise ValueError

    first, a, refused = service.call_together("first", "a", "refused", finish=finish)

    assert (first, a) == ("FIRST", "A")
    assert isinstance(refused, ValueError)
    assert sorted(Facility.objects.values_list("name", flat=True)) == ["A", "FIRST"]
    assert [sorted(calls) for calls, _wait in service.groups[:2]] == [["first"], ["a", "refused"]]


def test_calls_do_not_run_again_if_their_group_may_be_committed():
    """contract 0.9: a connection that ends during COMMIT does not show whether it took effect."""
    service = Service(others=2)

    def lose_connection() -> None:
        raise OperationalError

    def finish(result: str) -> None:
        Facility.objects.create(name=result)
        if result == "A":
            transaction.on_commit(lose_connection)

    first, *others = service.call_together("first", "a", "b", finish=finish)

    assert first == "FIRST"
    assert [type(outcome) for outcome in others] == [OperationalError] * 2
    assert sorted(Facility.objects.values_list("name", flat=True)) == ["A", "B", "FIRST"]


def test_a_group_has_a_limit():
    names = [f"call {number}" for number in range(MAX_CALLS + 5)]
    service = Service(others=len(names))

    service.call_together("first", *names)

    assert [len(calls) for calls, _wait in service.groups] == [1, MAX_CALLS, 5]


def test_calls_that_arrive_before_the_transaction_begins_run_in_it():
    if connection.vendor != "sqlite":
        pytest.skip("a transaction of PostgreSQL begins at once")
    service = Service(others=0)
    names = ["first", "a", "b"]

    def call(name: str) -> str:
        try:
            return service.group_commit(name)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(names)) as pool:
        with transaction.atomic():
            calls = [pool.submit(call, name) for name in names]
            until(lambda: len(service.group_commit._queue) == len(names), "the calls")
        results = [each.result() for each in calls]

    assert results == ["FIRST", "A", "B"]
    assert [sorted(calls) for calls, _wait in service.groups] == [["a", "b", "first"]]


def test_calls_within_a_transaction_run_alone():
    service = Service(others=0)

    with transaction.atomic():
        assert service.group_commit("a") == "A"

    assert service.groups == [(["a"], True)]


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


def test_simultaneous_updates_equal_single_ones(school: School):
    """contract 1.2: all learners' attempts, states and times are as if they had come one by one."""
    key = school.key()
    learners = [f"student_{number}" for number in range(8)]
    body = exercise(mastery_model={"type": "num_correct_in_a_row_10"})
    sessions = [client_for(key).start({**body, "user_id": name})["session_id"] for name in learners]

    def work(number: int) -> list[object]:
        client = client_for(key)
        return [
            client.put(
                f"{START}/{sessions[number]}",
                {"time_spent_delta": 2, "interactions": [answered(f"q{turn}", turn % 2)]},
                format="json",
            ).json()
            for turn in range(12)
        ]

    bodies = together(work)

    assert all(
        body["attempts"][0]["item"] == f"q{n}" for each in bodies for n, body in enumerate(each)
    )
    assert AttemptLog.objects.count() == LearningEvent.objects.count() == 8 * 12
    for session in ContentSession.objects.filter(pk__in=sessions):
        assert session.time_spent == 24
        positions = session.attempts.order_by("position").values_list("position", flat=True)
        assert list(positions) == list(range(12))
    masteries = set(SkillState.objects.values_list("mastery", "attempts"))
    assert len(masteries) == 1


def test_simultaneous_answers_keep_their_own_errors(school: School):
    """contract 0.9, 2.1: an event_id of another learner is refused, the others are recorded."""
    key = school.key()
    taken = {"user_id": "student_ada", "skill_id": "s", "is_correct": True, "event_id": "e"}
    assert client_for(key).post(TRACK, taken, format="json").status_code == 200

    def track(number: int) -> int:
        body = {"user_id": f"new_{number}", "skill_id": f"s{number}", "is_correct": True}
        if number % 2:
            body["event_id"] = "e"
        return int(client_for(key).post(TRACK, body, format="json").status_code)

    statuses = together(track)

    assert statuses == [200, 422] * 4
    assert LearningEvent.objects.count() == 1 + 4
    assert User.objects.filter(external_id__startswith="new_").count() == 4


def test_simultaneous_requests_with_keys_count_once(school: School):
    """contract 0.9: requests that share a transaction are stored, and replayed when repeated."""
    key = school.key()
    learners = [f"student_{number}" for number in range(8)]
    body = exercise(mastery_model={"type": "num_correct_in_a_row_10"})
    sessions = [client_for(key).start({**body, "user_id": name})["session_id"] for name in learners]

    def work(number: int) -> list[tuple[int, bytes, str | None]]:
        client = client_for(key)
        responses = []
        for turn in range(12):
            sent = {"time_spent_delta": 2, "interactions": [answered(f"q{turn // 2}")]}
            path, name = f"{START}/{sessions[number]}", f"{number}-{turn // 2}"
            response = client.put(path, sent, format="json", HTTP_IDEMPOTENCY_KEY=name)
            replayed = response.headers.get("Idempotent-Replayed")
            responses.append((response.status_code, response.content, replayed))
        return responses

    for responses in together(work):
        for first, again in zip(responses[::2], responses[1::2], strict=True):
            assert (first[0], first[2], again[2]) == (200, None, "true")
            assert first[:2] == again[:2]
    assert AttemptLog.objects.count() == LearningEvent.objects.count() == 8 * 6
    assert {session.time_spent for session in ContentSession.objects.all()} == {12}
    assert IdempotencyRecord.objects.filter(status=200, learner__isnull=False).count() == 8 * 6
