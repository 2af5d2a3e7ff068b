"""Exports of lists: the same rows as on the screen and in the API, limited to visible learners."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from math import ceil
from typing import Any

import pytest
from django.test import Client as Browser

from infra.exports import query as export_query
from logger.models import AttemptLog
from roster.admin import export_mixin
from roster.models import AuditEntry, Scope, User
from tests.conftest import client_for
from tests.factories import NOW, School, answered, exercise, make_school, make_user
from tests.infra.export_client import body, browser, export, read_csv, read_xlsx

LISTS = [
    "logger/contentsession", "logger/contentsummary", "logger/masterylog", "logger/attemptlog",
    "logger/content", "analytics/skillstate", "analytics/learningevent", "analytics/itemmemory",
    "roster/user",
]  # fmt: skip
OF_MANAGERS = ["analytics/skill", "analytics/item"]


@pytest.fixture(scope="module")
def worked_once(kept: Callable[[], Any]) -> School:
    with kept():
        school = make_school()
        work(school)
    return school


@pytest.fixture
def worked(worked_once: School, db: None) -> School:
    """Return a school whose learners have answered a few questions right and wrong."""
    return deepcopy(worked_once)


def work(school: School) -> None:
    rng = random.Random(6)
    for learner in (school.ada, school.ben, school.chen, school.stranger):
        answers = [
            answered(
                f"q{number}",
                rng.choice([0, 0.25, 1]),
                time_spent=rng.random() * 90,
                hinted=rng.random() < 0.3,
            )
            for number in range(rng.randint(2, 6))
        ]
        client_for(learner).work(exercise(), *answers)


def ids_on_screen(viewer: User, query: str) -> set[str]:
    """Return the ids of the attempts on all pages of a list."""
    coach, url, found = browser(viewer), f"/admin/logger/attemptlog/?{query}", set()
    while True:
        page = coach.get(url).content.decode()
        found |= set(re.findall(r"/admin/coach/attempts/([0-9a-f-]{36})/", page))
        older = re.search(r'href="([^"]+)" rel="next"', page)
        if older is None:
            return {key.replace("-", "") for key in found}
        url = "/admin/logger/attemptlog/" + older[1].replace("&amp;", "&")


@pytest.mark.parametrize("who", ["coach", "facility_coach", "superuser", "foreign_coach"])
@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {}),
        ("class={school.class_7a.pk}", {"classroom": "class_7a"}),
        ("group={school.group.pk}", {"learner_group": "group"}),
        ("class={school.class_7b.pk}", {"classroom": "class_7b"}),
    ],
)
def test_the_api_the_list_and_both_files_agree(
    worked: School, who: str, query: str, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """The attempts and their numbers are the same under the same filter."""
    monkeypatch.setattr(export_query, "READ_BATCH_SIZE", 3)
    viewer = getattr(worked, who)
    query = query.format(school=worked)
    params = {name: getattr(worked, place).pk.hex for name, place in asked.items()}

    api = {
        row["id"]: row for row in client_for(viewer).get("/api/logger/attemptlog", params).json()
    }
    as_csv = read_csv(body(export(viewer, "logger/attemptlog", "csv", query)))
    as_xlsx = read_xlsx(body(export(viewer, "logger/attemptlog", "xlsx", query)))

    assert {row["attempt id"] for row in as_csv} == api.keys() == ids_on_screen(viewer, query)
    assert len(as_csv) == len(as_xlsx) == len(api)
    for line, row in zip(as_csv, as_xlsx, strict=True):
        expected = api[line["attempt id"]]
        assert row["attempt id"] == expected["id"]
        for name, column in {"correct": "correct", "time_spent": "time spent (seconds)"}.items():
            assert float(line[column]) == expected[name]
            # A workbook stores 16 digits.
            assert row[column] == pytest.approx(expected[name], rel=1e-15)
        for name in ("complete", "hinted", "error"):
            assert line[name] == str(expected[name]).lower()
            assert row[name] is expected[name]
        assert line["start"] == row["start"] == expected["start_timestamp"]
        assert line["item"] == row["item"] == expected["item"]
        assert line["learner id"] == row["learner id"] == expected["user"]


def test_tries_count_right_answers_like_the_api(worked: School):
    """contract 1.4."""
    [line] = [
        row
        for row in read_csv(body(export(worked.coach, "logger/masterylog")))
        if row["learner"] == "Ada"
    ]
    content = AttemptLog.objects.filter(user=worked.ada)[0].content_id
    params = {"content": content.hex, "user": worked.ada.pk.hex}

    [expected] = client_for(worked.coach).get("/api/logger/masterylog", params).json()

    assert int(line["correct"]) == expected["correct"]
    assert float(line["time spent (seconds)"]) == expected["time_spent"]


def test_mastery_is_the_unrounded_value_of_the_api(worked: School):
    """contract 2.4."""
    key = client_for(worked.key(Scope.READ, Scope.WRITE))
    answer = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True}
    key.post("/api/v1/track-answer", {**answer, "time_spent_seconds": 30})

    lines = read_csv(body(export(worked.coach, "analytics/skillstate")))

    [line] = [row for row in lines if row["skill"] == "algebra"]
    skills = key.get("/api/v1/mastery/student_ada").json()["data"]
    [expected] = [skill for skill in skills if skill["skill_id"] == "algebra"]
    assert round(float(line["mastery"]), 4) == expected["mastery"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("table", LISTS)
def test_every_list_can_be_exported(worked: School, table: str, kind: str):
    for viewer in (worked.coach, worked.facility_coach, worked.admin, worked.superuser):
        response = export(viewer, table, kind)
        assert body(response)
        assert response["Content-Disposition"].startswith("attachment; filename=")
    assert b'name="format"' in browser(worked.coach).get(f"/admin/{table}/").content


def test_exports_are_limited_to_visible_rows(worked: School):
    """contract 0.7."""
    own = read_csv(body(export(worked.coach, "logger/attemptlog")))
    foreign = read_csv(
        body(export(worked.coach, "logger/attemptlog", query=f"class={worked.foreign_class.pk}"))
    )
    nothing = export(worked.ada, "logger/attemptlog")

    assert {row["username"] for row in own} == {"ada", "ben"}
    assert foreign == []
    assert (nothing.status_code, nothing.headers["Location"][:13]) == (302, "/admin/login/")
    for table in OF_MANAGERS:
        assert export(worked.coach, table).status_code == 403
    assert Browser().post("/admin/logger/attemptlog/export/").status_code == 302


@pytest.mark.parametrize("name", ["Ærøskøbing", "عائشة", "陳大文", "अदिति", "👩‍🎓", 'a,"b"\nc;d'])
def test_names_in_any_script_are_exported(worked: School, name: str):
    User.objects.filter(pk=worked.ada.pk).update(full_name=name)

    content = body(export(worked.coach, "roster/user"))
    rows = read_xlsx(body(export(worked.coach, "roster/user", "xlsx")))

    assert content.startswith("\ufeff".encode())
    assert name in {row["full name"] for row in read_csv(content)}
    assert name in {row.get("full name") for row in rows}


def test_an_export_is_in_the_audit_log(worked: School):
    body(export(worked.coach, "logger/attemptlog", "xlsx", "q=ada"))

    entry = AuditEntry.objects.order_by("-id")[0]
    count = AttemptLog.objects.filter(user=worked.ada).count()
    assert (entry.action, entry.actor_id) == ("exported", worked.coach.pk)
    assert (entry.object_kind, entry.facility) == ("attemptlog", worked.facility)
    assert entry.changes == {"format": "xlsx", "filters": "q=ada", "rows": count}


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("item__regex=(((", "csv"), ("user__password__startswith=a", "csv"), ("id__gt=x", "xlsx"),
        ("", "pdf"), ("", ""),
    ],
)  # fmt: skip
def test_invalid_parameters_are_refused(worked: School, query: str, kind: str):
    assert export(worked.coach, "logger/attemptlog", kind, query).status_code == 400
    assert export(worked.superuser, "logger/attemptlog", kind, query).status_code == 400


def test_the_page_of_the_list_does_not_limit_the_export(worked: School):
    whole = read_csv(body(export(worked.coach, "logger/attemptlog")))
    paged = read_csv(body(export(worked.coach, "logger/attemptlog", query="p=zzz&o=1.2&all=&e=1")))

    assert paged == whole


def test_a_get_request_exports_nothing(worked: School):
    assert browser(worked.coach).get("/admin/logger/attemptlog/export/").status_code == 405

    careful = Browser(enforce_csrf_checks=True)
    careful.force_login(worked.coach, backend="roster.authentication.RosterBackend")
    assert careful.post("/admin/logger/attemptlog/export/", {"format": "csv"}).status_code == 403


def test_an_export_takes_two_statements_for_each_batch(
    worked: School, statements: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
):
    """One for the rows, and one for the titles of their contents."""

    def count_queries() -> int:
        coach = browser(worked.coach)
        with statements() as asked:
            body(coach.post("/admin/logger/attemptlog/export/", {"format": "csv"}))
        return len(asked)

    few = count_queries()
    for _turn in range(20):
        client_for(worked.ada).work(exercise(), answered("q"))
    many = count_queries()
    monkeypatch.setattr(export_query, "READ_BATCH_SIZE", 10)

    assert many == few == 8
    rows = AttemptLog.objects.filter(user__in=[worked.ada, worked.ben]).count()
    assert count_queries() == few + 2 * (ceil(rows / 10) - 1)


def test_a_row_that_changes_meanwhile_is_exported_once(
    worked: School, monkeypatch: pytest.MonkeyPatch
):
    """An attempt that changes moves to the top of the list, but keeps its place in the file."""
    monkeypatch.setattr(export_query, "READ_BATCH_SIZE", 1)
    response = export(worked.coach, "logger/attemptlog")
    pieces = iter(response.streaming_content)
    content = next(pieces)
    AttemptLog.objects.filter(user=worked.ben).update(end_timestamp=NOW + timedelta(days=900))
    content += b"".join(pieces)

    keys = [row["attempt id"] for row in read_csv(content)]
    expected = AttemptLog.objects.filter(user__in=[worked.ada, worked.ben])
    assert sorted(keys) == sorted(key.hex for key in expected.values_list("pk", flat=True))


def test_the_number_of_unfinished_exports_is_limited(
    worked: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 0)
    for _turn in range(export_mixin.MAX_UNFINISHED_EXPORTS):
        assert "/change/" in export(worked.coach, "logger/attemptlog").headers["Location"]

    refused = export(worked.coach, "logger/attemptlog")

    assert refused.headers["Location"] == "/admin/roster/export/"
    assert worked.coach.exports.count() == export_mixin.MAX_UNFINISHED_EXPORTS


def test_a_new_staff_member_can_export_their_own_row(worked: School):
    other = make_user(worked.facility, is_staff=True)

    assert [row["username"] for row in read_csv(body(export(other, "roster/user")))] == [
        other.username
    ]
