"""The admin of sessions, tries and attempts: read-only, scoped, of constant cost."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client as Browser

from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.models import User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_school, video

LISTS = ["contentsession", "masterylog", "attemptlog"]


@pytest.fixture(scope="module")
def worked_once(kept: Callable[[], Any]) -> School:
    with kept():
        school = make_school()
        for learner in (school.ada, school.chen, school.stranger):
            client_for(learner).work(exercise(), answered(f"question of {learner.username}"))
    return school


@pytest.fixture
def worked(worked_once: School, db: None) -> School:
    """Return the school; ada, chen and stranger have each answered a question named after them."""
    return deepcopy(worked_once)


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def names(page: Any) -> set[str]:
    text = page.content.decode()
    return {name for name in ("ada", "Ada", "chen", "stranger") if f">{name}<" in text}


@pytest.mark.parametrize("table", LISTS)
def test_staff_see_their_learners(worked: School, table: str):
    """contract 0.7."""
    path = f"/admin/logger/{table}/"

    assert names(browser(worked.coach).get(path)) == {"Ada"}
    assert names(browser(worked.facility_coach).get(path)) == {"Ada", "chen"}
    assert names(browser(worked.foreign_coach).get(path)) == {"stranger"}
    assert names(browser(worked.superuser).get(path)) == {"Ada", "chen", "stranger"}


@pytest.mark.parametrize("table", LISTS)
def test_learners_and_guests_have_no_access(worked: School, table: str):
    for visitor in (browser(worked.ada), Browser()):
        response = visitor.get(f"/admin/logger/{table}/")
        assert (response.status_code, response.headers["Location"][:13]) == (302, "/admin/login/")


def test_a_foreign_row_is_not_found(worked: School):
    """contract 0.7: a coach who guesses an id gets no information."""
    rows = {
        "contentsession": ContentSession.objects.get(user=worked.chen),
        "masterylog": MasteryLog.objects.get(user=worked.chen),
        "attemptlog": AttemptLog.objects.get(user=worked.chen),
    }
    for table, row in rows.items():
        path = f"/admin/logger/{table}/{row.pk}/change/"
        assert browser(worked.coach).get(path).status_code == 404
        assert browser(worked.facility_coach).get(path).status_code == 200


@pytest.mark.parametrize("table", LISTS)
def test_records_cannot_be_changed(worked: School, table: str):
    row = {
        "contentsession": ContentSession, "masterylog": MasteryLog, "attemptlog": AttemptLog,
    }[table]._default_manager.first()  # fmt: skip
    assert row is not None
    root = browser(worked.superuser)

    assert root.get(f"/admin/logger/{table}/add/").status_code == 403
    assert root.post(f"/admin/logger/{table}/{row.pk}/change/", {}).status_code == 403
    assert root.post(f"/admin/logger/{table}/{row.pk}/delete/", {}).status_code == 403
    assert b"_save" not in root.get(f"/admin/logger/{table}/{row.pk}/change/").content


@pytest.mark.parametrize(
    "query",
    [
        "item__regex=(((", "answer__regex=(", "end_timestamp__year=0",
        "user__password__startswith=a",
        "mastery_level__in=99999999999999999999", "extra_fields__contains=1", "user__username=ada",
        "id__gt=x", "q=%00", "complete__exact=%00", "session__facility__name__startswith=R",
    ],
)  # fmt: skip
@pytest.mark.parametrize("table", ["logger/content", "roster/user"])
def test_a_list_accepts_only_its_own_filters(worked: School, table: str, query: str):
    """No regular expressions, no relations, no server errors."""
    for viewer in (worked.coach, worked.superuser):
        response = browser(viewer).get(f"/admin/{table}/?{query}")
        assert response.status_code in (302, 400)


@pytest.mark.parametrize(
    ("table", "query", "count"),
    [
        ("attemptlog", "complete=yes", 1), ("attemptlog", "complete=no", 2),
        ("attemptlog", "complete=maybe", 0), ("attemptlog", "result=right", 2),
        ("attemptlog", "result=wrong", 1), ("attemptlog", "result=hinted", 1),
        ("attemptlog", "result=error", 0), ("attemptlog", "item=question+of", 1),
        ("attemptlog", "item=estion", 0), ("attemptlog", "item=%25", 0),
        ("attemptlog", "content=tens", 0),
        ("masterylog", "complete=yes", 1), ("masterylog", "complete=no", 1),
        ("masterylog", "kind=exercise", 2), ("masterylog", "kind=quiz", 0),
        ("contentsession", "kind=exercise", 2), ("contentsession", "kind=video", 1),
        ("contentsession", "complete=yes", 1), ("contentsession", "kind=film", 0),
        ("contentsummary", "kind=video", 1), ("contentsummary", "complete=no", 2),
    ],
)  # fmt: skip
def test_a_list_can_be_filtered(worked: School, table: str, query: str, count: int):
    ada = client_for(worked.ada)
    ada.work(exercise(), answered("a", 0, hinted=True, complete=True), answered("b"), answered("b"))
    AttemptLog.objects.filter(item="b").first().delete()  # type: ignore[union-attr]
    ada.start(video())

    page = browser(worked.coach).get(f"/admin/logger/{table}/?{query}").content.decode()

    assert page.partition("<tbody>")[2].count("<tr>") == count


def test_numbers_are_shown_in_readable_formats(worked: School):
    client_for(worked.ada).work(
        exercise(mastery_model={"type": "m_of_n", "m": 3, "n": 5}),
        answered("a", time_spent=250, hinted=True),
    )
    session = client_for(worked.ada).start(video())["session_id"]
    client_for(worked.ada).move(session, progress=0.72, time_spent_delta=250)

    pages = {
        table: browser(worked.coach).get(f"/admin/logger/{table}/").content.decode()
        for table in LISTS
    }

    assert ">4 m 10 s<" in pages["attemptlog"]
    assert "? with a hint" in pages["attemptlog"]
    assert ">3 of the last 5<" in pages["masterylog"]
    assert "72 %" in pages["contentsession"]
    assert 'width="72.0"' in pages["contentsession"]
    assert 'data-label="Learner"' in pages["masterylog"]


def test_rows_link_to_the_pages_of_coaches(worked: School):
    tried = MasteryLog.objects.get(user=worked.ada)
    attempt = AttemptLog.objects.get(user=worked.ada)

    tries = browser(worked.coach).get("/admin/logger/masterylog/").content.decode()
    attempts = browser(worked.coach).get("/admin/logger/attemptlog/").content.decode()

    for page in (tries, attempts):
        assert f'href="/admin/coach/learners/{worked.ada.pk}/"' in page
        assert f'href="/admin/coach/learners/{worked.ada.pk}/contents/{tried.content_id}/"' in page
    assert f'href="/admin/coach/tries/{tried.pk}/"' in tries
    assert f'href="/admin/coach/attempts/{attempt.pk}/"' in attempts


def test_json_is_indented_and_escaped(worked: School):
    attempt = AttemptLog.objects.get(user=worked.ada)
    AttemptLog.objects.filter(pk=attempt.pk).update(answer={"<b>": "سؤال"})

    page = browser(worked.coach).get(f"/admin/logger/attemptlog/{attempt.pk}/change/")

    assert "<pre>{\n  &quot;&lt;b&gt;&quot;: &quot;سؤال&quot;\n}</pre>" in page.content.decode()


def test_password_hashes_are_hidden_from_read_only_viewers(worked: School):
    page = browser(worked.coach).get(f"/admin/roster/user/{worked.ada.pk}/change/")

    assert b"salt" not in page.content
    assert browser(worked.coach).get("/admin/r/1/x/").status_code == 404


def test_coaches_see_their_learners_and_no_keys(worked: School):
    """contract 1.8: coaches cannot change rights."""
    coach = browser(worked.coach)

    people = coach.get("/admin/roster/user/").content.decode()

    assert ">ada<" in people
    assert ">chen<" not in people
    assert coach.get(f"/admin/roster/user/{worked.ada.pk}/change/").status_code == 200
    assert coach.post(f"/admin/roster/user/{worked.ada.pk}/change/", {}).status_code == 403
    assert coach.get("/admin/roster/apikey/").status_code == 403
    assert coach.get("/admin/roster/auditentry/").status_code == 403
