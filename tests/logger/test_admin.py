"""The admin of sessions, tries and attempts: read-only, scoped, of constant cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, answered, exercise

LISTS = ["contentsession", "masterylog", "attemptlog"]


@pytest.fixture
def worked(school: School) -> School:
    """Ada, chen and the stranger have each answered one question named after them."""
    for learner in (school.ada, school.chen, school.stranger):
        client_for(learner).work(exercise(), answered(f"question of {learner.username}"))
    return school


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def names(page: Any) -> set[str]:
    text = page.content.decode()
    return {name for name in ("ada", "Ada", "chen", "stranger") if f">{name}<" in text}


@pytest.mark.parametrize("table", LISTS)
def test_staff_see_the_learners_they_look_after(worked: School, table: str):
    """contract 0.7."""
    path = f"/admin/logger/{table}/"

    assert names(browser(worked.coach).get(path)) == {"Ada"}
    assert names(browser(worked.facility_coach).get(path)) == {"Ada", "chen"}
    assert names(browser(worked.foreign_coach).get(path)) == {"stranger"}
    assert names(browser(worked.superuser).get(path)) == {"Ada", "chen", "stranger"}


@pytest.mark.parametrize("table", LISTS)
def test_learners_and_guests_stay_outside(worked: School, table: str):
    for visitor in (browser(worked.ada), Browser()):
        response = visitor.get(f"/admin/logger/{table}/")
        assert (response.status_code, response.headers["Location"][:13]) == (302, "/admin/login/")


def test_a_foreign_row_is_not_there(worked: School):
    """contract 0.7: a coach who guesses an id learns nothing."""
    rows = {
        "contentsession": ContentSession.objects.get(user=worked.chen),
        "masterylog": MasteryLog.objects.get(user=worked.chen),
        "attemptlog": AttemptLog.objects.get(user=worked.chen),
    }
    for table, row in rows.items():
        path = f"/admin/logger/{table}/{row.pk}/change/"
        assert browser(worked.coach).get(path).status_code == 302
        assert browser(worked.facility_coach).get(path).status_code == 200


@pytest.mark.parametrize("table", LISTS)
def test_nobody_changes_records_here(worked: School, table: str):
    row = {
        "contentsession": ContentSession, "masterylog": MasteryLog, "attemptlog": AttemptLog,
    }[table]._default_manager.first()  # fmt: skip
    assert row is not None
    root = browser(worked.superuser)

    assert root.get(f"/admin/logger/{table}/add/").status_code == 403
    assert root.post(f"/admin/logger/{table}/{row.pk}/change/", {}).status_code == 403
    assert root.post(f"/admin/logger/{table}/{row.pk}/delete/", {}).status_code == 403
    assert b"_save" not in root.get(f"/admin/logger/{table}/{row.pk}/change/").content


@pytest.mark.parametrize("table", LISTS)
def test_a_list_costs_the_same_however_long(
    worked: School, table: str, statements: Callable[[], Any]
):
    coach = browser(worked.coach)
    path = f"/admin/logger/{table}/?q=ada"
    with statements() as few:
        coach.get(path)
    for _turn in range(15):
        client_for(worked.ben).work(exercise(), answered("q"))
        client_for(worked.ada).work(exercise(), answered("q"))

    with statements() as many:
        page = coach.get(path)

    assert page.status_code == 200
    assert len(many) == len(few) == 6
    counting = [q["sql"] for q in many.captured_queries if "COUNT(" in q["sql"]]
    assert all("LIMIT 10000" in sql for sql in counting)


@pytest.mark.parametrize(
    "query",
    [
        "item__regex=(((", "answer__regex=(", "end_timestamp__year=0",
        "user__password__startswith=a",
        "mastery_level__in=99999999999999999999", "extra_fields__contains=1", "user__username=ada",
        "id__gt=x", "q=%00", "complete__exact=%00", "session__facility__name__startswith=R",
    ],
)  # fmt: skip
@pytest.mark.parametrize("table", ["logger/attemptlog", "logger/masterylog", "roster/user"])
def test_a_lists_address_asks_nothing_but_its_filters(worked: School, table: str, query: str):
    """No regular expressions, no relations, no errors of ours."""
    for viewer in (worked.coach, worked.superuser):
        response = browser(viewer).get(f"/admin/{table}/?{query}")
        assert response.status_code in (302, 400)


@pytest.mark.parametrize("query", ["complete__exact=1", "error__exact=0", "q=ada", "p=2", "o=1.2"])
def test_the_filters_beside_a_list_work(worked: School, query: str):
    assert browser(worked.coach).get(f"/admin/logger/attemptlog/?{query}").status_code == 200


def test_nothing_of_a_password_is_shown_to_who_may_only_look(worked: School):
    page = browser(worked.coach).get(f"/admin/roster/user/{worked.ada.pk}/change/")

    assert b"salt" not in page.content
    assert browser(worked.coach).get("/admin/r/1/x/").status_code == 404


def test_coaches_see_their_learners_and_no_other_part_of_the_roster(worked: School):
    """contract 1.8: rights are never theirs to change."""
    coach = browser(worked.coach)

    people = coach.get("/admin/roster/user/").content.decode()

    assert ">ada<" in people
    assert ">chen<" not in people
    assert coach.get(f"/admin/roster/user/{worked.ada.pk}/change/").status_code == 200
    assert coach.post(f"/admin/roster/user/{worked.ada.pk}/change/", {}).status_code == 403
    for table in ("facility", "classroom", "apikey", "quiz"):
        assert coach.get(f"/admin/roster/{table}/").status_code == 403
