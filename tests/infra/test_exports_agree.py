"""Property test: the API, the screen, the CSV and the workbook agree on random data and filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.utils.html import strip_tags
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics.models import Content
from infra.exports import Column, query
from roster.admin.base import RosterAdmin
from roster.admin.learner_records import VisibleLearnersAdmin
from tests.conftest import Client, client_for
from tests.factories import School
from tests.infra.admin_school import (
    CONTENTS,
    LEARNERS,
    VIEWERS,
    action_strategy,
    find_person,
    names,
    random_actions,
    simulated_school,
)
from tests.infra.export_client import body, browser, read_csv, read_xlsx
from tests.infra.list_oracle import TABLES, ListParams, cell_of, days, is_csv_value, is_same_cell

pytestmark = pytest.mark.django_db
ROWS_A_PAGE = 7

_PLACES = {"class", "group", "facility"}
_WORDS = ["ada", "STUDENT_D", "q", "=1", "عائشة", "50%", "zzz"]
_VALUES = {
    "class": ["7a", "7b", "1x"],
    "group": ["fractions"],
    "facility": ["Riverside", "Hillside"],
    "q": _WORDS,
    "since": [*days(0, 1, 4, 900), "x"],
    "until": [*days(-1, 0, 2, 9), "2026-02-30"],
    "content": [CONTENTS[0].hex, "intro"],
    "kind": ["exercise", "video", "quiz", "learner", "staff"],
    "complete": ["yes", "no", "maybe"],
    "result": ["right", "wrong", "hinted", "error"],
    "item": ["q", "=1+1", 'é,"', "a\x01"],
    "plateau": ["yes", "no"],
    "source": ["session", "track", "study", "exam"],
    "skill": ["alg", "-", "جبر", CONTENTS[0].hex[:9]],
    "active": ["yes", "no"],
}  # fmt: skip


def params(table: str) -> list[str]:
    """Return the filter parameters of a list."""
    dates = {"since", "until"} if table != "roster/user" else set()
    return sorted({"class", "group", "facility", "q", *dates, *TABLES[table].conditions})


def query_strategy(table: str) -> st.SearchStrategy[ListParams]:
    """Return a strategy of queries of a list, with at most two filters each."""
    chosen = st.lists(st.sampled_from(params(table)), max_size=2, unique=True)
    return chosen.flatmap(
        lambda few: st.fixed_dictionaries({name: st.sampled_from(_VALUES[name]) for name in few})
    )


query_strategies = st.fixed_dictionaries(
    {table: st.lists(query_strategy(table), min_size=3, max_size=3) for table in TABLES}
)


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "READ_BATCH_SIZE", 3)
    for kind in (VisibleLearnersAdmin, RosterAdmin):
        monkeypatch.setattr(kind, "list_per_page", ROWS_A_PAGE)


# No shrinking: a smaller school takes minutes to find, and the failing one is printed in full.
@settings(
    max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    full_names=st.lists(names, min_size=len(LEARNERS), max_size=len(LEARNERS)),
    actions=st.lists(action_strategy, min_size=8, max_size=16),
    viewer=st.sampled_from(VIEWERS),
    asked=query_strategies,
    whole=st.lists(st.sampled_from(sorted(TABLES)), min_size=4, max_size=4, unique=True),
)
def test_api_screen_csv_and_workbook_agree(
    full_names: list[str],
    actions: list[Any],
    viewer: str,
    asked: dict[str, list[ListParams]],
    whole: list[str],
):
    """Compare some lists in full, and of every list the rows left by more filters."""
    with simulated_school(full_names, actions) as school:
        Content.objects.create(id=CONTENTS[1], title="Intro 1", kind="exercise")
        coach = browser(find_person(school, viewer))
        for table, (first, *others) in asked.items():
            if table in whole:
                compare_lists(coach, viewer, table, first, _address(school, first))
            for question in others:
                compare_file(school, viewer, coach, table, question)
        compare_api(school, viewer, coach)


@pytest.mark.parametrize(("viewer", "names"), [("superuser", set(_VALUES)), ("both", _PLACES)])
def test_every_filter_leaves_the_expected_rows(viewer: str, names: set[str]):
    with simulated_school(["Ada", "=1+1", "عائشة", "50%", "Q"], random_actions(6)) as school:
        Content.objects.create(id=CONTENTS[1], title="Intro 1", kind="exercise")
        coach = browser(find_person(school, viewer))
        for table in TABLES:
            for name in sorted(names.intersection(params(table))):
                for value in _VALUES[name]:
                    compare_file(school, viewer, coach, table, {name: value})


def compare_file(
    school: School, viewer: str, coach: Browser, table: str, question: ListParams
) -> None:
    """Compare the rows of a list with its CSV file."""
    rows = TABLES[table].expected(viewer, question)
    lines = _file(coach, table, "csv", _address(school, question))
    assert _keys(lines) == [row.pk.hex for row in rows], (table, question)


def _keys(lines: list[dict[str, str]]) -> list[str]:
    """Return the first column, which is the key."""
    return [next(iter(line.values())) for line in lines]


def _address(school: School, question: ListParams) -> str:
    """Return a query as a query string; places by their keys."""
    keys = {
        "7a": school.class_7a, "7b": school.class_7b, "1x": school.foreign_class,
        "fractions": school.group, "Riverside": school.facility, "Hillside": school.elsewhere,
    }  # fmt: skip
    return urlencode(
        {name: keys[value].pk if value in keys else value for name, value in question.items()}
    )


def compare_lists(
    coach: Browser, viewer: str, table: str, question: ListParams, address: str
) -> None:
    """Compare a list on the screen, its CSV file and its workbook."""
    rows = TABLES[table].expected(viewer, question)
    columns = admin.site.get_model_admin(TABLES[table].model).export_columns  # type: ignore[attr-defined]
    lines, book = (_file(coach, table, kind, address) for kind in ("csv", "xlsx"))
    screen = list(_screen(coach, table, address))

    assert [key for key, _cells in screen] == [row.pk for row in rows]
    assert _keys(lines) == [row.pk.hex for row in rows]
    assert len(book) == len(lines)
    by_key = {row.pk.hex: row for row in rows}
    for line, cells in zip(lines, book, strict=True):
        for column in columns:
            cell = line[column.heading]
            if isinstance(column, Column):
                value = cell_of(by_key[line[columns[0].heading]], column.path)
                assert is_csv_value(cell, value), (table, column, cell, value)
            assert is_same_cell(cell, cells.get(column.heading)), (table, column, cell, cells)
    lines_by_key = {line[columns[0].heading]: line for line in lines}
    for key, texts in screen:
        for name, (heading, agrees) in TABLES[table].shown.items():
            cell = lines_by_key[key.hex][heading]
            assert agrees(texts[name], cell), (table, name, texts[name], cell)


def _file(coach: Browser, table: str, kind: str, address: str = "") -> list[dict[str, Any]]:
    response = coach.post(f"/admin/{table}/export/?{address}", {"format": kind})
    return (read_csv if kind == "csv" else read_xlsx)(body(response))


def _screen(coach: Browser, table: str, address: str) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield the rows on all pages of a list: each key, and the texts of the cells."""
    url: str | None = f"?{address}"
    while url is not None:
        response = coach.get(f"/admin/{table}/{url}")
        assert response.status_code == 200, (table, url)
        found = response.context["cl"]
        page = response.content.decode()
        lines = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
        for row, line in zip(found.result_list, lines, strict=True):
            cells = re.findall(
                r'<t[dh][^>]* class="field-(\w+)[^>]*>(.*?)</t[dh]>', line, re.DOTALL
            )
            yield row.pk, {name: _text(cell) for name, cell in cells}
        url = found.older_url


def _text(cell: str) -> str:
    return re.sub(r"\s+", " ", unescape(strip_tags(cell))).strip()


def compare_api(school: School, viewer: str, coach: Browser) -> None:
    """Compare the API with the files: attempts, tries, finished contents."""
    api = client_for(find_person(school, viewer))
    attempts = _file(coach, "logger/attemptlog", "csv")
    tries = _file(coach, "logger/masterylog", "csv")
    summaries = _file(coach, "logger/contentsummary", "csv")

    api_rows = api.get("/api/logger/attemptlog").json()
    shown = [key.hex for key, _cells in _screen(coach, "logger/attemptlog", "")]
    assert [row["id"] for row in api_rows] == shown
    lines = {line["attempt id"]: line for line in attempts}
    for row in api_rows:
        _compare_work(lines[row["id"]], row, "complete", "hinted", "error")
        assert float(lines[row["id"]]["correct"]) == row["correct"]
    for line in tries:
        _compare_try(api, line, attempts)
    for name in LEARNERS:
        own = [line for line in summaries if line["username"] == name]
        finished = sum(float(line["progress"]) == 1 or _is_done(line, tries) for line in own)
        if own:
            key = find_person(school, name).pk.hex
            answer = api.get(f"/api/logger/totalcontentprogress/{key}").json()
            assert answer["progress"] == finished


def _is_done(summary: dict[str, str], tries: list[dict[str, str]]) -> bool:
    return any(
        line["complete"] == "true"
        and all(line[name] == summary[name] for name in ("learner id", "content id"))
        for line in tries
    )


def _compare_try(api: Client, line: dict[str, str], attempts: list[dict[str, str]]) -> None:
    """Compare a try of the API with the files; its totals are those of its attempts."""
    params = {"content": line["content id"], "user": line["learner id"]}
    [row] = [
        row for row in api.get("/api/logger/masterylog", params).json()
        if row["id"] == line["try id"]
    ]  # fmt: skip
    own = [float(each["correct"]) for each in attempts if each["try id"] == line["try id"]]
    _compare_work(line, row, "complete")
    assert int(line["mastery level"]) == row["mastery_level"]
    assert int(line["attempts"]) == len(own)
    assert int(line["correct"]) == row["correct"] == own.count(1)


def _compare_work(line: dict[str, str], row: dict[str, Any], *claims: str) -> None:
    assert float(line["time spent (seconds)"]) == row["time_spent"]
    assert (line["start"], line["end"]) == (row["start_timestamp"], row["end_timestamp"])
    assert line["completed"] == (row["completion_timestamp"] or "")
    for name in claims:
        assert line[name] == str(row[name]).lower()
