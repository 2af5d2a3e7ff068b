"""Lists as files: what the screen shows and the API tells, and nobody else's."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
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
from tests.factories import NOW, School, answered, exercise, make_user
from tests.infra.export_client import body, browser, export, read_csv, read_xlsx

LISTS = [
    "logger/contentsession", "logger/contentsummary", "logger/masterylog", "logger/attemptlog",
    "logger/content", "analytics/skillstate", "analytics/learningevent", "analytics/itemmemory",
    "roster/user",
]  # fmt: skip
OF_MANAGERS = ["analytics/skill", "analytics/item"]


@pytest.fixture
def worked(school: School) -> School:
    """Learners of several classes have each answered a few questions, right and wrong."""
    chance = random.Random(6)
    for learner in (school.ada, school.ben, school.chen, school.stranger):
        answers = [
            answered(
                f"q{number}",
                chance.choice([0, 0.25, 1]),
                time_spent=chance.random() * 90,
                hinted=chance.random() < 0.3,
            )
            for number in range(chance.randint(2, 6))
        ]
        client_for(learner).work(exercise(), *answers)
    return school


def ids_on_screen(viewer: User, query: str) -> set[str]:
    """Return the attempts of all pages of a list."""
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
def test_the_api_the_list_and_both_files_tell_the_same(
    worked: School, who: str, query: str, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    """The same attempts under the same filter, and the same numbers of each."""
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
        told = api[line["attempt id"]]
        assert row["attempt id"] == told["id"]
        for name, column in {"correct": "correct", "time_spent": "time spent (seconds)"}.items():
            assert float(line[column]) == told[name]
            # A workbook holds 16 digits.
            assert row[column] == pytest.approx(told[name], rel=1e-15)
        for name in ("complete", "hinted", "error"):
            assert line[name] == str(told[name]).lower()
            assert row[name] is told[name]
        assert line["start"] == row["start"] == told["start_timestamp"]
        assert line["item"] == row["item"] == told["item"]
        assert line["learner id"] == row["learner id"] == told["user"]


def test_tries_count_their_right_answers_as_the_api_does(worked: School):
    """contract 1.4."""
    [line] = [
        row
        for row in read_csv(body(export(worked.coach, "logger/masterylog")))
        if row["learner"] == "Ada"
    ]
    content = AttemptLog.objects.filter(user=worked.ada)[0].content_id
    params = {"content": content.hex, "user": worked.ada.pk.hex}

    [told] = client_for(worked.coach).get("/api/logger/masterylog", params).json()

    assert int(line["correct"]) == told["correct"]
    assert float(line["time spent (seconds)"]) == told["time_spent"]


def test_mastery_is_what_the_api_tells_before_it_rounds(worked: School):
    """contract 2.4."""
    key = client_for(worked.key(Scope.READ, Scope.WRITE))
    answer = {"user_id": "student_ada", "skill_id": "algebra", "is_correct": True}
    key.post("/api/v1/track-answer", {**answer, "time_spent_seconds": 30})

    lines = read_csv(body(export(worked.coach, "analytics/skillstate")))

    [line] = [row for row in lines if row["skill"] == "algebra"]
    skills = key.get("/api/v1/mastery/student_ada").json()["data"]
    [told] = [skill for skill in skills if skill["skill_id"] == "algebra"]
    assert round(float(line["mastery"]), 4) == told["mastery"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("table", LISTS)
def test_every_list_can_be_taken_along(worked: School, table: str, kind: str):
    for viewer in (worked.coach, worked.facility_coach, worked.admin, worked.superuser):
        response = export(viewer, table, kind)
        assert body(response)
        assert response["Content-Disposition"].startswith("attachment; filename=")
    assert b'name="format"' in browser(worked.coach).get(f"/admin/{table}/").content


def test_nobody_takes_along_what_they_may_not_see(worked: School):
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


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1+1"])
def test_a_text_is_never_a_formula(school: School, text: str):
    User.objects.filter(pk=school.ada.pk).update(full_name=text)

    lines = read_csv(body(export(school.coach, "roster/user")))
    rows = read_xlsx(body(export(school.coach, "roster/user", "xlsx")))

    for found in (lines, rows):
        assert f"'{text}" in {row.get("full name") for row in found}


@pytest.mark.parametrize("name", ["Ærøskøbing", "عائشة", "陳大文", "अदिति", "👩‍🎓", 'a,"b"\nc;d'])
def test_names_of_any_script_arrive(school: School, name: str):
    User.objects.filter(pk=school.ada.pk).update(full_name=name)

    content = body(export(school.coach, "roster/user"))
    rows = read_xlsx(body(export(school.coach, "roster/user", "xlsx")))

    assert content.startswith("\ufeff".encode())
    assert name in {row["full name"] for row in read_csv(content)}
    assert name in {row.get("full name") for row in rows}


def test_negative_numbers_stay_numbers(worked: School):
    rows = read_xlsx(body(export(worked.superuser, "analytics/item", "xlsx")))
    lines = read_csv(body(export(worked.superuser, "analytics/item")))

    for row, line in zip(rows, lines, strict=True):
        assert isinstance(row["difficulty (log odds)"], float)
        assert not line["difficulty (log odds)"].startswith("'")


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
def test_nonsense_is_refused(worked: School, query: str, kind: str):
    assert export(worked.coach, "logger/attemptlog", kind, query).status_code == 400
    assert export(worked.superuser, "logger/attemptlog", kind, query).status_code == 400


def test_a_page_of_the_list_is_no_part_of_the_question(worked: School):
    whole = read_csv(body(export(worked.coach, "logger/attemptlog")))
    paged = read_csv(body(export(worked.coach, "logger/attemptlog", query="p=zzz&o=1.2&all=&e=1")))

    assert paged == whole


def test_a_link_alone_exports_nothing(worked: School):
    assert browser(worked.coach).get("/admin/logger/attemptlog/export/").status_code == 405

    careful = Browser(enforce_csrf_checks=True)
    careful.force_login(worked.coach, backend="roster.authentication.RosterBackend")
    assert careful.post("/admin/logger/attemptlog/export/", {"format": "csv"}).status_code == 403


def test_an_export_takes_two_statements_for_each_part(
    worked: School, statements: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
):
    """One for the rows, and one for what their contents are called."""

    def taken() -> int:
        coach = browser(worked.coach)
        with statements() as asked:
            body(coach.post("/admin/logger/attemptlog/export/", {"format": "csv"}))
        return len(asked)

    few = taken()
    for _turn in range(20):
        client_for(worked.ada).work(exercise(), answered("q"))
    many = taken()
    monkeypatch.setattr(export_query, "READ_BATCH_SIZE", 10)

    assert many == few == 8
    rows = AttemptLog.objects.filter(user__in=[worked.ada, worked.ben]).count()
    assert taken() == few + 2 * (ceil(rows / 10) - 1)


def test_what_changes_meanwhile_is_there_once(worked: School, monkeypatch: pytest.MonkeyPatch):
    """An attempt that is worked on moves to the list's top, and stays where it is in the file."""
    monkeypatch.setattr(export_query, "READ_BATCH_SIZE", 1)
    response = export(worked.coach, "logger/attemptlog")
    pieces = iter(response.streaming_content)
    content = next(pieces)
    AttemptLog.objects.filter(user=worked.ben).update(end_timestamp=NOW + timedelta(days=900))
    content += b"".join(pieces)

    keys = [row["attempt id"] for row in read_csv(content)]
    expected = AttemptLog.objects.filter(user__in=[worked.ada, worked.ben])
    assert sorted(keys) == sorted(key.hex for key in expected.values_list("pk", flat=True))


def test_who_waits_for_many_exports_is_asked_to_wait(
    worked: School, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 0)
    for _turn in range(export_mixin.MAX_UNFINISHED_EXPORTS):
        assert "/change/" in export(worked.coach, "logger/attemptlog").headers["Location"]

    refused = export(worked.coach, "logger/attemptlog")

    assert refused.headers["Location"] == "/admin/roster/export/"
    assert worked.coach.exports.count() == export_mixin.MAX_UNFINISHED_EXPORTS


def test_whoever_comes_later_has_their_own(school: School):
    other = make_user(school.facility, is_staff=True)

    assert [row["username"] for row in read_csv(body(export(other, "roster/user")))] == [
        other.username
    ]
