"""PUT contentsession with interactions: contract 1.2, 1.6."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from logger.models import AttemptLog, ContentSummary, MasteryLog
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, video

PATH = "/api/logger/contentsession/"
EIGHT = {"id", "correct", "complete", "hinted", "error", "item", "answer", "time_spent"}


@pytest.fixture
def session(ada: Client) -> str:
    return ada.start(exercise(mastery_model={"type": "do_all"}))["session_id"]


def send(client: Client, session: str, *interactions: Any) -> list[dict[str, Any]]:
    return client.move(session, interactions=list(interactions))["attempts"]


def refusal(client: Client, session: str, *interactions: Any) -> set[str | None]:
    body = {"interactions": list(interactions)}
    response = client.put(f"{PATH}{session}", body, format="json")
    assert response.status_code == 400, response.content
    return {error["metadata"]["field"] for error in response.json()}


def test_an_answer_creates_an_attempt(ada: Client, session: str, school: School):
    """contract 1.2: start = now - time_spent, end = now; the eight fields."""
    [attempt_body] = send(ada, session, answered("q1", 0.5, complete=True, simple_answer="b"))

    attempt = AttemptLog.objects.get()
    assert set(attempt_body) == EIGHT
    assert attempt_body == {
        "id": attempt.pk.hex,
        "item": "q1",
        "correct": 0.5,
        "time_spent": 10.0,
        "complete": True,
        "answer": {"a": 1},
        "hinted": False,
        "error": False,
    }
    assert (attempt.end_timestamp - attempt.start_timestamp).total_seconds() == 10
    assert attempt.completion_timestamp == attempt.end_timestamp
    assert (attempt.user, attempt.simple_answer) == (school.ada, "b")
    assert attempt.mastery_log == MasteryLog.objects.get()
    [entry] = attempt.interaction_history
    assert datetime.fromisoformat(entry.pop("timestamp")) == attempt.end_timestamp
    assert entry == {"type": "answer", "answer": {"a": 1}, "correct": 0.5}


def test_attempts_are_returned_only_if_interactions_were_sent(ada: Client, session: str):
    """contract 1.2."""
    assert ada.move(session) == {"complete": False}
    assert ada.move(session, interactions=[]) == {"complete": False, "attempts": []}


def test_consecutive_interactions_at_one_item_are_one_attempt(ada: Client, session: str):
    """contract 1.2: grouped by consecutive equal item; the rest of a group updates it."""
    attempts = send(ada, session, answered("a", 0), answered("a", 1), answered("b"), answered("a"))

    assert [attempt["item"] for attempt in attempts] == ["a", "b", "a"]
    assert attempts[0]["correct"] == 0
    assert AttemptLog.objects.count() == 3
    first = AttemptLog.objects.get(pk=UUID(attempts[0]["id"]))
    assert [entry["correct"] for entry in first.interaction_history] == [0, 1]


def test_an_attempt_named_by_id_is_updated(ada: Client, session: str):
    """contract 1.2: append to history, move end, overwrite time; the answer stays."""
    [attempt] = send(ada, session, answered("q1", 0, time_spent=5))
    before = AttemptLog.objects.get()

    [updated] = send(
        ada, session, answered("q1", 1, time_spent=9, id=attempt["id"], answer={"b": 2})
    )

    after = AttemptLog.objects.get()
    assert (updated["id"], updated["correct"], updated["answer"]) == (attempt["id"], 0, {"a": 1})
    assert (updated["time_spent"], len(after.interaction_history)) == (9, 2)
    assert after.end_timestamp > before.end_timestamp
    assert after.start_timestamp == before.start_timestamp


def test_replace_changes_only_the_fields_that_are_present(ada: Client, session: str):
    """contract 1.2."""
    [attempt] = send(ada, session, answered("q1", 0, simple_answer="a"))

    bare = {"item": "q1", "correct": 1, "time_spent": 3, "replace": True}
    [kept] = send(ada, session, bare)
    [replaced] = send(ada, session, {**bare, "answer": {"b": 2}, "simple_answer": "b"})

    assert kept["id"] == replaced["id"] == attempt["id"]
    assert (kept["correct"], kept["answer"]) == (1, {"a": 1})
    assert replaced["answer"] == {"b": 2}
    assert AttemptLog.objects.get().simple_answer == "b"


def test_replace_changes_the_latest_of_several_attempts(ada: Client, session: str):
    """contract 1.2: with replace the latest attempt of that item in this try."""
    send(ada, session, answered("q1", 0))
    [latest] = send(ada, session, answered("q1", 0))
    send(ada, session, answered("q2", 0))

    [replaced] = send(ada, session, answered("q1", 1, replace=True))

    assert replaced["id"] == latest["id"]
    assert sorted(AttemptLog.objects.values_list("item", "correct")) == [
        ("q1", 0), ("q1", 1), ("q2", 0),
    ]  # fmt: skip


def test_replace_finds_attempts_of_the_same_put(ada: Client, session: str):
    """contract 1.2."""
    first, _other, again = send(
        ada, session, answered("a", 0), answered("b"), answered("a", 1, replace=True)
    )

    assert again["id"] == first["id"]
    assert first["correct"] == again["correct"] == 1
    assert AttemptLog.objects.count() == 2


def test_replace_without_an_attempt_creates_one(ada: Client, session: str):
    """contract 1.2: else a new one."""
    send(ada, session, answered("q1", 1, replace=True))

    assert AttemptLog.objects.get().correct == 1


def test_replace_stays_within_the_try(ada: Client):
    """contract 1.2."""
    body = exercise(mastery_model={"type": "do_all"})
    first = ada.start(body)["session_id"]
    ada.move(first, progress=1, interactions=[answered("q1", 0)])
    second = ada.start({**body, "repeat": True})["session_id"]

    send(ada, second, answered("q1", 1, replace=True))

    assert AttemptLog.objects.count() == 2


def test_an_id_must_be_of_this_learner_try_and_item(ada: Client, session: str, school: School):
    """contract 1.2: same learner and try, else 400."""
    [attempt] = send(ada, session, answered("q1"))
    other_try = ada.start(exercise())["session_id"]
    ben = client_for(school.ben)
    bens = ben.start(exercise())["session_id"]

    assert refusal(ada, other_try, answered("q1", id=attempt["id"])) == {"interactions.id"}
    assert refusal(ben, bens, answered("q1", id=attempt["id"])) == {"interactions.id"}
    assert refusal(ada, session, answered("q2", id=attempt["id"])) == {"interactions.id"}
    assert refusal(ada, session, answered("q1", id=uuid7().hex)) == {"interactions.id"}
    assert refusal(ada, session, answered("q1", id="x")) == {"interactions.id"}
    assert AttemptLog.objects.count() == 1


def test_error_hint_and_completion_are_never_unset(ada: Client, session: str):
    """contract 1.2; completion_timestamp is that of the first completion."""
    [attempt] = send(ada, session, answered("q1", 0, hinted=True, error=True, complete=True))
    completed = AttemptLog.objects.get().completion_timestamp

    [after] = send(ada, session, answered("q1", 0, id=attempt["id"]))
    send(ada, session, answered("q1", 0, id=attempt["id"], complete=True))

    assert (after["hinted"], after["error"], after["complete"]) == (True, True, True)
    assert AttemptLog.objects.get().completion_timestamp == completed


def test_a_hint_after_the_right_answer_is_ignored(ada: Client, session: str):
    """contract 1.2: hinted is ignored once correct > 0."""
    [right] = send(ada, session, answered("q1", 0.5))
    [wrong] = send(ada, session, answered("q2", 0))

    [still] = send(ada, session, answered("q1", 0, id=right["id"], hinted=True))
    [hinted] = send(ada, session, answered("q2", 0, id=wrong["id"], hinted=True))

    assert (still["hinted"], hinted["hinted"]) == (False, True)


def test_the_history_has_the_type_of_each_interaction(ada: Client, session: str):
    """contract 1.2: error beats hint."""
    send(
        ada,
        session,
        answered("q1", 0, error=True, hinted=True),
        answered("q1", 0, hinted=True, answer=None),
        answered("q1", 1),
    )

    history = AttemptLog.objects.get().interaction_history
    assert [set(entry) - {"timestamp"} for entry in history] == [
        {"type"}, {"type", "answer"}, {"type", "answer", "correct"},
    ]  # fmt: skip
    assert [entry["type"] for entry in history] == ["error", "hint", "answer"]


@pytest.mark.parametrize("given", [{}, {"answer": None}])
def test_an_absent_answer_stores_null(ada: Client, session: str, given: dict[str, Any]):
    """contract 1.2: answer is optional, absent or null stores null."""
    [created] = send(ada, session, {"item": "q1", "correct": 1, "time_spent": 1, **given})

    assert created["answer"] is None
    assert AttemptLog.objects.filter(answer__isnull=True).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"item": ""}, "item"),
        ({"item": None}, "item"),
        ({"item": "x" * 201}, "item"),
        ({"item": []}, "item"),
        ({"correct": 1.01}, "correct"),
        ({"correct": -0.1}, "correct"),
        ({"correct": None}, "correct"),
        ({"correct": "NaN"}, "correct"),
        ({"time_spent": -1}, "time_spent"),
        ({"time_spent": 1e8}, "time_spent"),
        ({"answer": [1]}, "answer"),
        ({"answer": "x"}, "answer"),
        ({"simple_answer": "x" * 201}, "simple_answer"),
        ({"complete": "perhaps"}, "complete"),
        ({"error": None}, "error"),
        ({"hinted": 3}, "hinted"),
        ({"replace": {}}, "replace"),
    ],
)
def test_a_malformed_interaction_is_refused_with_its_field(
    ada: Client, session: str, change: dict[str, Any], field: str
):
    """contract 1.2, 0.12; nothing of the PUT is stored."""
    fields = refusal(ada, session, answered("fine"), answered(**{"item": "q1", **change}))

    assert fields == {f"interactions.{field}"}
    assert not AttemptLog.objects.exists()


@pytest.mark.parametrize("name", ["item", "correct", "time_spent"])
def test_required_fields_of_an_interaction_are_checked(ada: Client, session: str, name: str):
    """contract 1.2, 0.12."""
    interaction = answered("q1")
    del interaction[name]

    response = ada.put(f"{PATH}{session}", {"interactions": [interaction]}, format="json")

    [error] = response.json()
    assert (response.status_code, error["id"]) == (400, "REQUIRED")
    assert error["metadata"]["field"] == f"interactions.{name}"


def test_an_item_is_stored_unchanged(ada: Client, session: str):
    """contract 1.2: 1-200 characters; spaces are characters."""
    items = [" ", "  q 1 ", "q 1", "é" * 200]

    created = send(ada, session, *(answered(item, simple_answer=" a ") for item in items))

    assert [attempt["item"] for attempt in created] == items
    assert len(ada.get("/api/logger/attemptlog", {"item": "  q 1 "}).json()) == 1
    assert AttemptLog.objects.filter(simple_answer=" a ").count() == 4


def test_values_are_converted_like_in_kolibri(ada: Client, session: str):
    """contract 1.1: this API is lenient; a numeric item becomes its string."""
    [created] = send(
        ada, session, {"item": 7, "correct": "1", "time_spent": "2.5", "complete": "true"}
    )

    assert (created["item"], created["correct"], created["time_spent"]) == ("7", 1.0, 2.5)
    assert created["complete"] is True


def test_a_put_has_at_most_a_thousand_interactions(ada: Client, session: str):
    """contract 0.11."""
    thousand = [answered(f"q{n}") for n in range(1000)]

    assert refusal(ada, session, *thousand, answered("more")) == {"interactions"}
    assert len(send(ada, session, *thousand)) == 1000


def test_an_attempt_has_at_most_a_thousand_interactions(ada: Client, session: str):
    """contract 0.11."""
    [attempt] = send(ada, session, *[answered("q1")] * 1000)

    assert refusal(ada, session, answered("q1", id=attempt["id"])) == {"interactions"}
    assert len(AttemptLog.objects.get().interaction_history) == 1000


def test_the_history_of_an_attempt_has_at_most_256_kib(guest: Client):
    """contract 0.11: no client can grow a row without limit, least of all a guest."""
    session = guest.start(video())["session_id"]
    essay = answered("q1", replace=True, answer={"text": "x" * 100_000})
    send(guest, session, essay)
    send(guest, session, essay)

    assert refusal(guest, session, essay) == {"interactions"}
    assert len(AttemptLog.objects.get().interaction_history) == 2


def test_a_list_that_is_too_long_is_refused_before_its_entries_are_read(guest: Client):
    """contract 0.11: one error for the list, not one for each entry."""
    body: dict[str, Any] = {"interactions": [{}] * 100_000}

    response = guest.put(f"{PATH}{uuid7().hex}", body, format="json")

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"]) == (400, "interactions")


def test_interactions_without_an_assessment_are_stored_without_a_try(ada: Client):
    """contract 1.2."""
    session = ada.start(video())["session_id"]

    [first] = send(ada, session, answered("q1", 0))
    [same] = send(ada, session, answered("q1", 1, replace=True))

    attempt = AttemptLog.objects.get()
    assert (first["id"], same["correct"]) == (same["id"], 1)
    assert attempt.mastery_log is None


def test_attempts_of_a_guest_belong_to_the_session(guest: Client):
    """contract 1.2: anonymous: replace looks in this session."""
    body = exercise()
    first, second = guest.start(body)["session_id"], guest.start(body)["session_id"]
    [attempt] = send(guest, first, answered("q1", 0))

    [other] = send(guest, second, answered("q1", 1, replace=True))

    assert other["id"] != attempt["id"]
    assert refusal(guest, second, answered("q1", id=attempt["id"])) == {"interactions.id"}
    assert AttemptLog.objects.filter(user=None, mastery_log=None).count() == 2


def test_the_server_evaluates_mastery(ada: Client):
    """contract 1.2: criterion met: the try and the summary complete, progress 1."""
    session = ada.start(exercise())["session_id"]

    assert ada.move(session, interactions=[answered("q1")])["complete"] is False
    assert ada.move(session, interactions=[answered("q2")])["complete"] is True

    tried, summary = MasteryLog.objects.get(), ContentSummary.objects.get()
    assert tried.complete
    assert tried.completion_timestamp == tried.end_timestamp
    assert (summary.progress, summary.completion_timestamp) == (1, tried.completion_timestamp)


@pytest.mark.parametrize(
    ("model", "sent", "complete"),
    [
        ({"type": "m_of_n", "m": 2, "n": 3}, [[1, 1]], True),
        ({"type": "m_of_n", "m": 2, "n": 3}, [[1, 0, 0], [1]], False),
        ({"type": "m_of_n", "m": 2, "n": 3}, [[1, 0, 0, 1, 0], [1]], True),
        ({"type": "num_correct_in_a_row_3"}, [[1, 1], [0, 1, 1]], False),
        ({"type": "num_correct_in_a_row_3"}, [[1, 0, 1, 1, 1]], True),
        ({"type": "num_correct_in_a_row_2"}, [[1], [0.99]], False),
        ({"type": "do_all"}, [[1] * 20], False),
    ],
)
def test_a_criterion_evaluates_attempts_in_order_of_arrival(
    ada: Client, model: dict[str, Any], sent: list[list[float]], complete: bool
):
    """contract 1.6: within one PUT in the order of interactions."""
    session = ada.start(exercise(mastery_model=model))["session_id"]
    numbers = iter(range(1000))

    for scores in sent:
        moved = ada.move(
            session, interactions=[answered(f"q{next(numbers)}", score) for score in scores]
        )

    assert moved["complete"] is complete


def test_a_long_attempt_counts_from_its_arrival_not_its_start(ada: Client):
    """contract 1.6: in order of first arrival."""
    session = ada.start(exercise(mastery_model={"type": "num_correct_in_a_row_2"}))["session_id"]
    send(ada, session, answered("q1", 1, time_spent=1))
    send(ada, session, answered("q2", 0, time_spent=1))

    moved = ada.move(session, interactions=[answered("q3", 1, time_spent=5000)])

    assert moved["complete"] is False


def test_errors_do_not_count_and_hints_make_an_attempt_wrong(ada: Client):
    """contract 1.6: attempts that are only errors do not count; hinted is not correct."""
    session = ada.start(exercise(mastery_model={"type": "num_correct_in_a_row_2"}))["session_id"]

    moved = [
        ada.move(session, interactions=[interaction])["complete"]
        for interaction in (
            answered("q1"),
            answered("q2", 1, hinted=True),
            answered("q3"),
            answered("q4", 0, error=True),
            answered("q5"),
        )
    ]

    assert moved == [False, False, False, False, True]


def test_a_replaced_answer_keeps_its_place_of_first_arrival(ada: Client):
    """contract 1.6."""
    session = ada.start(exercise(mastery_model={"type": "num_correct_in_a_row_2"}))["session_id"]
    send(ada, session, answered("q1", 0), answered("q2", 1))

    moved = ada.move(session, interactions=[answered("q1", 1, replace=True)])

    assert moved["complete"] is True


def test_the_criterion_is_evaluated_after_every_interaction(ada: Client):
    """contract 1.2: complete = client progress ≥ 1 or criterion met, on a complete try too."""
    session = ada.start(exercise())["session_id"]
    send(ada, session, answered("q1"), answered("q2"))

    moved = ada.move(session, progress=0.2, interactions=[answered("q3")])

    assert moved["complete"] is True
    assert ContentSummary.objects.get().progress == 1


def test_practice_after_mastery_is_recorded_without_changing_completion(ada: Client):
    """contract 1.2: a complete try never reopens."""
    session = ada.start(exercise())["session_id"]
    send(ada, session, answered("q1"), answered("q2"))
    completed = MasteryLog.objects.get().completion_timestamp

    moved = ada.move(session, interactions=[answered("q3", 0)])

    tried = MasteryLog.objects.get()
    assert (moved["complete"], tried.attempts.count()) == (True, 3)
    assert tried.completion_timestamp == completed
