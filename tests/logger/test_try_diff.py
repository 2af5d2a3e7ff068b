"""GET masterylog/:index/diff: contract 1.5."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise

ATTEMPT = {
    "id", "item", "start_timestamp", "end_timestamp", "completion_timestamp", "time_spent",
    "complete", "correct", "hinted", "answer", "simple_answer", "interaction_history", "error",
    "user", "masterylog", "sessionlog", "diff",
}  # fmt: skip


@pytest.fixture
def tries(ada: Client, school: School) -> dict[str, str]:
    """Create two tries (q1 .25 then .5, q2 1, 0.1 s; q1 .75, q3 1, 0.3 s); return their query."""
    body = exercise(mastery_model={"type": "do_all"})
    first = ada.start(body)["session_id"]
    ada.move(first, interactions=[answered("q1", 0.25)])
    ada.move(
        first,
        progress=1,
        time_spent_delta=0.1,
        interactions=[answered("q1", 0.5, time_spent=500), answered("q2", 1)],
    )
    second = ada.start({**body, "repeat": True})["session_id"]
    ada.move(second, time_spent_delta=0.3, interactions=[answered("q1", 0.75), answered("q3", 1)])
    return {"content": body["content_id"], "user": school.ada.pk.hex}


def diff(client: Client, index: Any, query: dict[str, str]) -> Any:
    return client.get(f"/api/logger/masterylog/{index}/diff", query)


def test_the_newest_try_is_compared_with_the_one_before(ada: Client, tries: dict[str, str]):
    """contract 1.5: 0 = most recent; the row plus diff and attemptlogs."""
    row = diff(ada, 0, tries).json()

    assert (row["mastery_level"], row["correct"], row["complete"]) == (2, 1, False)
    assert row["diff"] == {"correct": 0, "time_spent": 0.2}
    attempts = row["attemptlogs"]
    assert all(set(attempt) == ATTEMPT for attempt in attempts)
    assert [attempt["item"] for attempt in attempts] == ["q1", "q3"]
    assert [attempt["diff"] for attempt in attempts] == [{"correct": 0.25}, {"correct": None}]


def test_the_oldest_try_has_nothing_to_compare_with(ada: Client, tries: dict[str, str]):
    """contract 1.5: null for the oldest; attempts oldest first."""
    row = diff(ada, 1, tries).json()

    assert row["diff"] is None
    assert [(a["item"], a["correct"]) for a in row["attemptlogs"]] == [
        ("q1", 0.5), ("q1", 0.25), ("q2", 1),
    ]  # fmt: skip
    assert all(attempt["diff"] == {"correct": None} for attempt in row["attemptlogs"])


def test_the_index_refers_to_the_filtered_list(ada: Client, tries: dict[str, str]):
    """contract 1.5."""
    row = diff(ada, 0, {**tries, "complete": "true"}).json()

    assert (row["mastery_level"], row["diff"]) == (1, None)


@pytest.mark.parametrize(
    "index",
    [
        2,
        -1,
        "x",
        "1.0",
        "+0",
        "00",
        "0_0",
        "0%0A",
        "%200",
        10**30,
        "1" * 5000,
        "01a1fc90ce65759099a32e8b05d12343",
        "٠",
    ],
)
def test_an_invalid_index_is_not_found(ada: Client, tries: dict[str, str], index: Any):
    """contract 1.5: non-integer, negative, out of range → 404; an id-shaped path is an index."""
    response = diff(ada, index, tries)

    assert (response.status_code, response.json()[0]["id"]) == (404, "NOT_FOUND")


def test_the_id_of_a_try_is_no_index(ada: Client, tries: dict[str, str]):
    """contract 1.5."""
    [newest, _oldest] = ada.get("/api/logger/masterylog", tries).json()

    assert diff(ada, newest["id"], tries).status_code == 404


def test_other_callers_cannot_compare_tries(school: School, tries: dict[str, str]):
    """contract 1.5: unreadable → 404; visibility: 0.7."""
    assert diff(client_for(school.coach), 0, tries).status_code == 200
    assert diff(client_for(school.key()), 0, {**tries, "user": "student_ada"}).status_code == 200
    for caller in (school.ben, school.foreign_coach, school.stranger):
        assert diff(client_for(caller), 0, tries).status_code == 404
    assert diff(client_for(None), 0, tries).status_code == 401


def test_content_and_user_are_required(ada: Client, tries: dict[str, str]):
    """contract 1.5, 1.4."""
    response = diff(ada, 0, {})

    assert response.status_code == 400
    assert {error["metadata"]["field"] for error in response.json()} == {"content", "user"}
