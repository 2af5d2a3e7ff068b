"""Lists whose rows have equal times, over the borders of pages and after rows were erased."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest

from infra.exports.models import Export
from logger.models import AttemptLog
from roster.admin import export_mixin
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, make_school
from tests.infra.export_client import body, browser, export, read_csv
from tests.infra.large_exports import download, finish_exports, run_one_step

pytestmark = pytest.mark.django_db
PATH = "/api/logger/attemptlog"
ROWS = 5_000


@pytest.fixture(scope="module")
def school(kept: Callable[[], Any]) -> School:
    """Return a school with 5,000 attempts of one learner, all of which end at one time."""
    with kept():
        school = make_school()
        ada = client_for(school.ada)
        session = ada.start(exercise(mastery_model={"type": "do_all"}))["session_id"]
        for start in range(0, ROWS, 1000):
            items = [answered(f"q{n}", 0, time_spent=0) for n in range(start, start + 1000)]
            ada.move(session, interactions=items)
        AttemptLog.objects.update(start_timestamp=NOW, end_timestamp=NOW)
    return school


@pytest.fixture
def expected(school: School) -> list[str]:
    """Return the ids of the attempts in the order of their lists: contract 1.7."""
    return [key.hex for key in AttemptLog.objects.order_by("-id").values_list("pk", flat=True)]


def pages(client: Client, url: str | None, way: str) -> Iterator[list[str]]:
    while url:
        page = client.get(url).json()
        yield [row["id"] for row in page["results"]]
        url = page[way]


def test_a_cursor_visits_equal_times_once_in_both_directions(school: School, expected: list[str]):
    """contract 0.14."""
    ada = client_for(school.ada)
    url = f"{PATH}?cursor=&page_size=999"

    forward = list(pages(ada, url, "next"))
    last = ada.get(url).json()
    while last["next"]:
        last = ada.get(last["next"]).json()
    backward = list(pages(ada, last["previous"], "previous"))

    assert [key for page in forward for key in page] == expected
    assert [key for page in reversed(backward) for key in page] == expected[: -len(forward[-1])]


def test_an_array_continues_among_equal_times(school: School, expected: list[str]):
    """contract 0.14."""
    ada, url, found = client_for(school.ada), PATH, []

    while url:
        response = ada.get(url)
        found += [row["id"] for row in response.json()]
        url = response.headers.get("Link", "").partition(";")[0].strip("<>")

    assert found == expected


def test_numbered_pages_share_no_rows_of_equal_times(school: School, expected: list[str]):
    """contract 0.14."""
    ada = client_for(school.ada)

    found = [
        row["id"]
        for page in range(1, 7)
        for row in ada.get(PATH, {"page_size": 999, "page": page}).json()["results"]
    ]

    assert found == expected


def test_an_admin_list_shows_equal_times_once(school: School, expected: list[str]):
    shown = [key for page in islice(admin_pages(school), 4) for key in page]

    assert shown == expected[: len(shown)]
    assert len(shown) == 4 * 50


def admin_pages(school: School) -> Iterator[list[str]]:
    coach, query = browser(school.coach), ""
    while True:
        page = coach.get(f"/admin/logger/attemptlog/{query}").content.decode()
        keys = re.findall(r'href="/admin/coach/attempts/([0-9a-f-]{36})/', page)
        yield [key.replace("-", "") for key in dict.fromkeys(keys)]
        older = re.search(r'href="([^"]+)" rel="next"', page)
        if older is None:
            return
        query = older[1].replace("&amp;", "&")


@pytest.mark.parametrize("is_large", [False, True])
def test_an_export_has_each_row_of_equal_times_once(
    school: School,
    expected: list[str],
    is_large: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    settings: Any,
):
    """In the background a step reads 5,000 rows, as many as there are."""
    settings.EXPORTS_FOLDER = tmp_path
    if is_large:
        monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 100)

    response = export(school.coach, "logger/attemptlog")
    if is_large:
        finish_exports()
        response = download(school, Export.objects.get())

    assert [row["attempt id"] for row in read_csv(body(response))] == expected


def test_a_list_continues_after_a_row_that_was_erased(school: School, expected: list[str]):
    """contract 0.14: a cursor is a position, not a row."""
    ada = client_for(school.ada)
    first = ada.get(f"{PATH}?cursor=&page_size=999").json()
    second = ada.get(first["next"]).json()
    response = ada.get(PATH)
    link = response.headers["Link"].partition(";")[0].strip("<>")

    AttemptLog.objects.filter(pk__in=[expected[n] for n in (997, 998, 999, 1000)]).delete()

    rest = [key for page in pages(ada, first["next"], "next") for key in page]
    assert rest == expected[1001:]
    before = ada.get(second["previous"]).json()["results"]
    assert [row["id"] for row in before] == expected[:997]
    assert [row["id"] for row in ada.get(link).json()] == expected[1001:2001]


def test_an_admin_list_continues_after_a_row_that_was_erased(school: School, expected: list[str]):
    shown = admin_pages(school)
    first = next(shown)
    AttemptLog.objects.filter(pk__in=[first[-1], expected[50]]).delete()

    assert next(shown) == expected[51:101]


def test_an_export_continues_after_a_row_that_was_erased(
    school: School,
    expected: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
    settings: Any,
):
    settings.EXPORTS_FOLDER = tmp_path
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 100)
    monkeypatch.setattr("infra.exports.worker.STEP_BATCH_SIZE", 1000)
    export(school.coach, "logger/attemptlog")

    run_one_step()
    AttemptLog.objects.filter(pk__in=[expected[999], expected[1000]]).delete()
    finish_exports()

    rows = read_csv(body(download(school, Export.objects.get())))
    assert [row["attempt id"] for row in rows] == expected[:1000] + expected[1001:]
