"""Pages of attempts are limited by bytes and by rows: contract 0.11, 0.14, 1.7."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from uuid_utils.compat import uuid7

from infra.db import byte_limits
from logger.models import AttemptLog, ContentSession
from logger.selectors import ATTEMPT
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise

PATH = "/api/logger/attemptlog"
# Room for three essays, each stored twice: as the answer and in the history.
ESSAY, MAX_BYTES = {"text": "x" * 2500}, 16_000
# The attempts, newest first: E is an essay, w is a word.
SIZES = "EwEwwEEEwEww"


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_limits, "MAX_BYTES", MAX_BYTES)


@pytest.fixture
def rows(ada: Client) -> list[dict[str, Any]]:
    """Return the attempts as single responses, newest first."""
    session = ada.start(exercise(mastery_model={"type": "do_all"}))["session_id"]
    for number, size in enumerate(reversed(SIZES)):
        answer = ESSAY if size == "E" else {"text": "no"}
        ada.move(session, interactions=[answered(f"q{number}", 0, answer=answer)])
    keys = AttemptLog.objects.newest_first().values_list("pk", flat=True)
    return [ada.get(f"{PATH}/{key}").json() for key in keys]


def fill(school: School, count: int, answer: dict[str, Any]) -> None:
    """Create so many attempts of ada, all with this answer."""
    common = {"user": school.ada, "start_timestamp": NOW, "content_id": uuid7()}
    session = ContentSession.objects.get()
    entry = {"type": "answer", "answer": answer, "correct": 0, "timestamp": NOW.isoformat()}
    AttemptLog.objects.bulk_create(
        (
            AttemptLog(
                **common, session=session, facility=school.facility, item=f"q{position}",
                end_timestamp=NOW + timedelta(seconds=position), position=1 + position, correct=0,
                answer=answer, interaction_history=[entry], mastery_log=session.mastery_log,
            )
            for position in range(count)
        ),
        batch_size=10,
    )  # fmt: skip


def follow_links(client: Client, url: str) -> Iterator[list[dict[str, Any]]]:
    """Yield the arrays of the pages linked by the Link header."""
    while url:
        response = client.get(url)
        yield response.json()
        url = response.headers.get("Link", "").partition(";")[0].strip("<>")


def follow_cursor(
    client: Client, url: str | None, way: str = "next"
) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages linked by the cursor."""
    while url:
        body = client.get(url).json()
        yield body["results"]
        url = body[way]


def shape(pages: list[list[dict[str, Any]]]) -> list[str]:
    return ["".join("E" if row["answer"] == ESSAY else "w" for row in page) for page in pages]


def joined(pages: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [row for page in pages for row in page]


def read_body(response: Any) -> bytes:
    """Return the body of a response, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_an_array_ends_at_its_byte_limit(ada: Client, rows: list[dict[str, Any]]):
    """contract 0.14: the Link header continues the list; no row is lost or repeated."""
    pages = list(follow_links(ada, PATH))

    assert shape(pages) == ["EwEwwE", "EEwEww"]
    assert joined(pages) == rows


def test_links_after_the_byte_limit_keep_the_filters(ada: Client, rows: list[dict[str, Any]]):
    """contract 0.14, 1.7."""
    pages = list(follow_links(ada, f"{PATH}?complete=false&item=q6")) + list(
        follow_links(ada, f"{PATH}?complete=false")
    )

    assert shape(pages) == ["E", "EwEwwE", "EEwEww"]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (2, ["Ew", "Ew", "wE", "EE", "wE", "ww"]),
        (5, ["EwEww", "EEEw", "Eww"]),
        (1000, ["EwEwwE", "EEwEww"]),
    ],
)
def test_a_cursor_page_ends_at_its_byte_limit(
    ada: Client, rows: list[dict[str, Any]], size: int, expected: list[str]
):
    """contract 0.14: page_size is the maximum number of rows."""
    pages = list(follow_cursor(ada, f"{PATH}?cursor=&page_size={size}"))

    assert shape(pages) == expected
    assert joined(pages) == rows


def test_a_cursor_reads_backwards_over_pages_limited_by_bytes(
    ada: Client, rows: list[dict[str, Any]]
):
    """contract 0.14: next and previous."""
    url = f"{PATH}?cursor=&page_size=5"
    while following := (last := ada.get(url).json())["next"]:
        url = following

    pages = list(follow_cursor(ada, last["previous"], "previous"))

    assert joined(list(reversed(pages))) + last["results"] == rows


def test_a_row_larger_than_a_page_is_returned_alone(ada: Client, rows: list[dict[str, Any]]):
    """contract 0.14: a page always has a row."""
    session = AttemptLog.objects.newest_first()[0].session_id.hex
    ada.move(session, interactions=[answered("book", answer={"text": "x" * MAX_BYTES})])
    ada.move(session, interactions=[answered("end")])

    pages = list(follow_links(ada, PATH))
    by_cursor = list(follow_cursor(ada, f"{PATH}?cursor=&page_size=3"))

    assert [[row["item"] for row in page] for page in pages[:2]] == [["end"], ["book"]]
    assert [[row["item"] for row in page] for page in by_cursor[:2]] == [["end"], ["book"]]
    assert joined(pages) == joined(by_cursor)
    assert joined(pages)[2:] == rows


def test_a_numbered_page_is_complete_regardless_of_size(ada: Client, rows: list[dict[str, Any]]):
    """contract 0.14: page numbers stay valid; large rows are streamed as they are read."""
    large = ada.get(PATH, {"page_size": 10, "page": 1})
    rest = ada.get(PATH, {"page_size": 10, "page": 2})

    assert (large.streaming, rest.streaming) == (True, False)
    assert large.headers["Content-Type"] == rest.headers["Content-Type"] == "application/json"
    first = json.loads(read_body(large))
    assert first == {"page": 1, "count": 12, "total_pages": 2, "results": rows[:10]}
    assert rest.json() == {"page": 2, "count": 12, "total_pages": 2, "results": rows[10:]}


def test_bytes_are_counted_instead_of_characters(ada: Client, school: School):
    """contract 0.11: with both databases the body of a page stays within the limit."""
    ada.work(exercise(), answered("first"))
    fill(school, 12, {"text": "語" * 1000})

    pages = [ada.get(f"{PATH}?page_size=20&cursor=")]
    while following := pages[-1].json()["next"]:
        pages.append(ada.get(following))

    small_fields = 500
    assert len(joined([page.json()["results"] for page in pages])) == 13
    assert all(
        len(page.content) < MAX_BYTES + small_fields * len(page.json()["results"]) for page in pages
    )


def test_a_cursor_gives_no_access_to_other_callers(
    school: School, ada: Client, rows: list[dict[str, Any]]
):
    """contract 0.14: scope is applied again."""
    link = ada.get(PATH).headers["Link"].partition(";")[0].strip("<>")
    after = parse_qs(urlsplit(link).query)["after"][0]

    assert client_for(school.ben).get(PATH, {"after": after}).json() == []
    assert len(client_for(school.coach).get(PATH, {"after": after}).json()) == 6


def test_only_large_rows_need_more_statements(
    ada: Client, rows: list[dict[str, Any]], statements: Any
):
    """Sizes of large rows are read once; large fields are read once for each batch."""

    def count(**query: Any) -> int:
        with statements() as asked:
            read_body(ada.get(PATH, query))
        return len(asked)

    short = count(cursor="", page_size=5, item="q0")

    assert count(cursor="", page_size=5) == short + 2
    assert count(page_size=12) == short + 1 + 1 + 2


@pytest.mark.parametrize("query", ["", "?cursor=&page_size=100", "?page_size=100"])
def test_large_attempts_do_not_fill_the_memory_of_the_server(
    ada: Client, school: School, monkeypatch: pytest.MonkeyPatch, query: str
):
    """contract 0.11: 26 MB of attempts are never in memory at once."""
    ada.work(exercise(), answered("first"))
    fill(school, 100, {"text": "x" * 128_000})
    monkeypatch.setattr(byte_limits, "MAX_BYTES", 1_000_000)
    client = client_for(school.coach)
    client.get(f"{PATH}?item=first")

    tracemalloc.start()
    response = client.get(PATH + query)
    size = sum(len(piece) for piece in response) if response.streaming else len(response.content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (size > 25_000_000) == response.streaming
    assert peak < 8_000_000


def test_rows_deleted_before_they_are_read_are_left_out(ada: Client, rows: list[dict[str, Any]]):
    """contract 0.14: unchanged rows appear once while others are deleted."""
    found = byte_limits.ByteLimitedRows(AttemptLog.objects.newest_first().values(*ATTEMPT), 5)
    [first, *_rest] = found.batches
    AttemptLog.objects.filter(item="q11").delete()

    assert [row["item"] for row in found.hydrate(first)] == ["q10", "q9", "q8", "q7"]
