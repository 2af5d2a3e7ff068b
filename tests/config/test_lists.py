"""The three shapes of lists: contract 0.14."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from logger.models import AttemptLog
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise

PATH = "/api/logger/attemptlog"


@pytest.fixture
def ten(ada: Client) -> list[str]:
    """Return ten attempts, newest first; all at one time, so that only ids order them."""
    session = ada.start(exercise(mastery_model={"type": "do_all"}))["session_id"]
    ada.move(session, interactions=[answered(f"q{n}", 0) for n in range(10)])
    return [f"q{n}" for n in reversed(range(10))]


def walk(client: Client, url: str | None, way: str) -> list[list[str]]:
    pages = []
    while url:
        body = client.get(url).json()
        assert set(body) == {"next", "previous", "results"}
        pages.append([row["item"] for row in body["results"]])
        url = body[way]
    return pages


def test_a_cursor_reads_the_list_in_pages(ada: Client, ten: list[str]):
    """contract 0.14: the first cursor is empty; page_size rows per page."""
    pages = walk(ada, f"{PATH}?cursor=&page_size=4", "next")

    assert pages == [ten[:4], ten[4:8], ten[8:]]


def test_a_cursor_reads_backwards(ada: Client, ten: list[str]):
    """contract 0.14: next and previous."""
    first = ada.get(f"{PATH}?cursor=&page_size=4").json()
    second = ada.get(first["next"]).json()
    third = ada.get(second["next"]).json()

    assert (first["previous"], third["next"]) == (None, None)
    assert walk(ada, third["previous"], "previous") == [ten[4:8], ten[:4]]
    assert ada.get(second["previous"]).json()["results"] == first["results"]
    assert (
        ada.get(ada.get(second["previous"]).json()["next"]).json()["results"] == second["results"]
    )


def test_a_cursor_without_a_size_has_the_page_size_of_an_array(ada: Client, ten: list[str]):
    """contract 0.14."""
    body = ada.get(f"{PATH}?cursor=").json()

    assert [row["item"] for row in body["results"]] == ten
    assert (body["next"], body["previous"]) == (None, None)


def test_an_empty_list_has_no_other_pages(ada: Client):
    """contract 0.14."""
    assert ada.get(f"{PATH}?cursor=").json() == {"next": None, "previous": None, "results": []}


def test_unchanged_rows_appear_once_while_others_come_and_go(ada: Client, ten: list[str]):
    """contract 0.14: keyset: rows not changed meanwhile appear exactly once."""
    first = ada.get(f"{PATH}?cursor=&page_size=4").json()
    ada.work(exercise(), answered("new"))
    AttemptLog.objects.filter(item__in=["q8", "q4"]).delete()

    rest = [item for page in walk(ada, first["next"], "next") for item in page]

    assert [row["item"] for row in first["results"]] == ten[:4]
    assert rest == ["q5", "q3", "q2", "q1", "q0"]


def test_cursors_keep_the_filters(ada: Client, ten: list[str]):
    ada.work(exercise(), answered("right", complete=True))

    pages = walk(ada, f"{PATH}?cursor=&page_size=6&complete=false", "next")

    assert [item for page in pages for item in page] == ten


def test_a_cursor_grants_no_rights(school: School, ada: Client, ten: list[str]):
    """contract 0.14: scope is applied again."""
    following = ada.get(f"{PATH}?cursor=&page_size=4").json()["next"]

    assert client_for(school.ben).get(following).json()["results"] == []
    assert client_for(school.foreign_coach).get(following).json()["results"] == []
    assert len(client_for(school.coach).get(following).json()["results"]) == 4


@pytest.mark.parametrize("name", ["cursor", "after"])
@pytest.mark.parametrize("change", ["cut", "grown", "flipped", "words", "other"])
def test_a_malformed_cursor_is_refused(ada: Client, ten: list[str], name: str, change: str):
    """contract 0.14: 400."""
    following = ada.get(f"{PATH}?cursor=&page_size=4").json()["next"]
    token = parse_qs(urlsplit(following).query)["cursor"][0]
    bad = {
        "cut": token[:-3],
        "grown": f"{token}A",
        "flipped": token.swapcase(),
        "words": "next page, please",
        "other": "WzBd",
    }[change]

    response = ada.get(PATH, {name: bad, "page_size": "4"} if name == "cursor" else {name: bad})

    [error] = response.json()
    assert (response.status_code, error["metadata"]["field"]) == (400, name)


@pytest.mark.parametrize("size", ["0", "1001", "x"])
def test_the_size_of_a_cursor_is_checked_like_that_of_a_page(ada: Client, size: str):
    assert ada.get(PATH, {"cursor": "", "page_size": size}).status_code == 400


def test_a_cursor_makes_no_count_query(ada: Client, ten: list[str], statements: Any):
    """contract 0.14: only `count` counts."""
    with statements() as captured:
        ada.get(f"{PATH}?cursor=&page_size=4")

    assert len(captured) == 3
    assert not any("COUNT(" in query["sql"] for query in captured.captured_queries)
