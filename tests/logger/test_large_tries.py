"""Past attempts of a session and the comparison of tries have limits: contract 0.11, 1.1, 1.5."""

from __future__ import annotations

from typing import Any

import pytest

from infra.db import byte_limits
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, make_quiz

# Room for five essays as answers, or for two with the history, which stores each again.
ESSAY, MAX_BYTES = {"text": "x" * 2500}, 14_000
# The attempts, oldest first: E is an essay, w is a word.
SIZES = "EwEwwEEEwEww"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_limits, "MAX_BYTES", MAX_BYTES)


def work(client: Client, body: dict[str, Any], *, correct: float = 0) -> str:
    """Answer all questions in a new session, in order; return the id of the session."""
    session: str = client.start(body)["session_id"]
    for number, size in enumerate(SIZES):
        answer = ESSAY if size == "E" else {"text": "no"}
        question = answered(f"q{number}", correct, answer=answer, time_spent=0)
        client.move(session, interactions=[question])
    return session


def shape(rows: list[dict[str, Any]]) -> str:
    return "".join("E" if row["answer"] == ESSAY else "w" for row in rows)


@pytest.fixture
def tries(ada: Client, school: School) -> dict[str, Any]:
    """Create two tries at the same questions, wrong and then right; return the query for them."""
    body = exercise(mastery_model={"type": "do_all"})
    ada.move(work(ada, body), progress=1)
    work(ada, {**body, "repeat": True}, correct=1)
    return {"content": body["content_id"], "user": school.ada.pk.hex}


def diff(client: Client, index: int, query: dict[str, Any]) -> Any:
    return client.get(f"/api/logger/masterylog/{index}/diff", query)


def link(response: Any) -> str:
    url: str = response.headers["Link"]
    assert url.endswith('; rel="next"')
    return url.partition(";")[0].strip("<>")


@pytest.mark.parametrize("kind", ["a coach's", "a learner's own"])
def test_a_quiz_continues_with_the_newest_attempts_that_fit(ada: Client, school: School, kind: str):
    """contract 1.1: newest first; totalattempts counts them all."""
    own = exercise(mastery_model={"type": "quiz"})
    body = {"quiz_id": make_quiz(school.class_7a).pk.hex} if kind == "a coach's" else own
    work(ada, body)

    again = ada.start(body)

    assert again["totalattempts"] == len(SIZES)
    assert shape(again["pastattempts"]) == "wwEwEEEwwEw"
    assert [row["item"] for row in again["pastattempts"]] == [f"q{n}" for n in range(11, 0, -1)]


def test_the_window_of_an_exercise_has_the_same_limit(ada: Client):
    """contract 1.1: n for m_of_n."""
    body = exercise(mastery_model={"type": "m_of_n", "m": 12, "n": 12})
    work(ada, body)

    assert shape(ada.start(body)["pastattempts"]) == "wwEwEEEwwEw"


def test_a_comparison_ends_at_its_byte_limit(ada: Client, tries: dict[str, Any]):
    """contract 1.5: oldest first; the Link header continues, no attempt is lost or repeated."""
    response = diff(ada, 0, tries)
    parts = [response.json()]
    while "Link" in response.headers:
        response = ada.get(link(response))
        parts.append(response.json())

    pages = [part.pop("attemptlogs") for part in parts]
    rows = [row for page in pages for row in page]
    assert [shape(page) for page in pages] == ["EwEww", "EE", "EwEww"]
    assert [row["item"] for row in rows] == [f"q{n}" for n in range(12)]
    assert all(row["diff"] == {"correct": 1} for row in rows)
    assert all(part == parts[0] for part in parts)
    assert (parts[0]["correct"], parts[0]["diff"]["correct"]) == (12, 12)


def test_the_rows_equal_those_of_the_list(ada: Client, tries: dict[str, Any]):
    """contract 1.5, 1.7."""
    for row in diff(ada, 0, tries).json()["attemptlogs"]:
        del row["diff"]

        assert ada.get(f"/api/logger/attemptlog/{row['id']}").json() == row


def test_a_comparison_continues_only_for_authorized_callers(
    ada: Client, school: School, tries: dict[str, Any]
):
    """contract 1.5, 0.7."""
    following = link(diff(ada, 0, tries))

    assert client_for(school.coach).get(following).status_code == 200
    assert client_for(school.ben).get(following).status_code == 404


def test_the_cursor_of_another_try_is_refused(ada: Client, tries: dict[str, Any]):
    """contract 1.5: the same index can refer to another try later."""
    following = link(diff(ada, 0, tries))

    response = ada.get(following.replace("masterylog/0/", "masterylog/1/"))

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"]) == (400, "after")


@pytest.mark.parametrize("token", ["x", "WzBd", "next page, please"])
def test_a_malformed_cursor_is_refused(ada: Client, tries: dict[str, Any], token: str):
    """contract 1.5, 0.14."""
    response = diff(ada, 0, {**tries, "after": token})

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"]) == (400, "after")


def test_a_small_comparison_has_no_link(ada: Client, school: School):
    """contract 1.5."""
    body = exercise()
    ada.work(body, answered("q1"))
    query = {"content": body["content_id"], "user": school.ada.pk.hex}

    response = diff(ada, 0, query)

    assert [row["item"] for row in response.json()["attemptlogs"]] == ["q1"]
    assert "Link" not in response.headers
