"""Contents, due times, drafts, and assignments to single learners."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from uuid_utils.compat import uuid7

from analytics.models import Content
from roster.models import AuditEntry, Enrolment, Lesson, Quiz
from tests.conftest import client_for
from tests.factories import School, video
from tests.roster.callers import as_caller, calling, problem

LESSON = "assignments/lesson"
DUE = "2026-12-01T15:00:00+02:00"

pytestmark = pytest.mark.django_db


def body(school: School, *places: Any, **more: Any) -> dict[str, Any]:
    return {
        "title": "Fractions",
        "collection": school.class_7a.pk.hex,
        "assignments": [place.pk.hex for place in places],
        **more,
    }


def test_a_draft_is_hidden_from_learners_until_it_is_published(school: School):
    """contract 1.8, 4.5: coaches see it, learners neither see it nor record in it."""
    coach, ada, ben = as_caller(school, "coach"), calling(school.ada), calling(school.ben)
    contents = [uuid7(), uuid7()]
    sent = body(
        school, school.class_7a, draft=True, due_at=DUE, contents=[str(key) for key in contents]
    )

    made = coach("POST", LESSON, sent).json()
    path = f"{LESSON}/{made['id']}"

    assert made["contents"] == [key.hex for key in contents]
    assert made["due_at"] == "2026-12-01T13:00:00.000000Z"
    assert (made["draft"], made["archived"], made["active"]) == (True, False, True)
    start = video(lesson_id=made["id"])
    assert ada("GET", path).status_code == 404
    assert client_for(school.ada).post("/api/logger/contentsession", start).status_code == 400
    archived = coach("PATCH", path, {"draft": False, "archived": True, "due_at": None}).json()
    assert archived == {**made, "draft": False, "archived": True, "due_at": None}
    assert ada("GET", path).json() == ben("GET", path).json() == archived
    assert client_for(school.ada).start(start)
    assert [len(coach("GET", f"{LESSON}?archived={state}").json()) for state in (1, 0)] == [1, 0]
    entry = AuditEntry.objects.get(changes__has_key="archived", action="changed")
    assert entry.changes["draft"] == [True, False]
    assert entry.changes["due_at"] == ["2026-12-01T13:00:00+00:00", None]
    quiz = coach("POST", "assignments/quiz", body(school, school.class_7a, draft=True)).json()["id"]
    refused = client_for(school.ada).post("/api/logger/contentsession", {"quiz_id": quiz})
    assert refused.status_code == 403


def test_a_malformed_field_is_refused(school: School):
    """contract 0.1."""
    coach = as_caller(school, "coach")
    malformed: list[tuple[str, Any]] = [
        ("due_at", "2026-12-01T15:00:00"), ("due_at", "1999-12-01T15:00:00Z"), ("draft", None),
        ("contents", ["x"]), ("contents", ["0" * 32, "0" * 32]), ("contents", None),
        ("contents", [uuid7().hex for _ in range(101)]), ("skills", [""]), ("items", ["x" * 256]),
        ("skills", ["x", "x"]), ("items", "x"), ("skills", [str(number) for number in range(101)]),
    ]  # fmt: skip
    for field, value in malformed:
        assert problem(coach("POST", LESSON, body(school, **{field: value}))) == (400, field)
    assert not Lesson.objects.exists()


def test_a_lesson_is_assigned_to_a_single_learner(school: School):
    """contract 0.7, 1.8: while the learner is in the class, nobody else's learner sees it."""
    coach, admin = as_caller(school, "coach"), as_caller(school, "admin")
    made = coach("POST", LESSON, body(school, school.ben)).json()
    path = f"{LESSON}/{made['id']}"
    whole = body(school, school.ada, school.chen, collection=school.facility.pk.hex)
    of_facility = f"{LESSON}/{admin('POST', LESSON, whole).json()['id']}"

    assert made["assignments"] == [school.ben.pk.hex]
    assert calling(school.ben)("GET", path).json() == made
    assert calling(school.ada)("GET", path).status_code == 404
    assert calling(school.foreign_coach)("GET", path).status_code == 404
    assert client_for(school.ben).start(video(lesson_id=made["id"]))
    for who in (calling(school.ada), coach):
        assert who("GET", of_facility).json()["assignments"] == [school.ada.pk.hex]
    for place in (school.chen, school.stranger):
        assert problem(coach("POST", LESSON, body(school, place))) == (400, "assignments")
    Enrolment.objects.filter(user=school.ben).update(classroom=school.class_7b)
    assert calling(school.ben)("GET", path).status_code == 404


def test_a_coach_edits_contents_by_title_in_the_admin(school: School):
    """Each line is a title or an id; an id need not be in the catalogue."""
    halves, twice, also = (
        Content.objects.create(pk=uuid7(), title=title) for title in ("Halves", "Twice", "Twice")
    )
    other = uuid7().hex
    quiz = Quiz.objects.create(
        facility=school.facility, classroom=school.class_7a, title="Q", contents=[halves.pk.hex]
    )
    browser = Browser()
    browser.force_login(school.coach, backend="roster.authentication.RosterBackend")
    page = f"/admin/roster/quiz/{quiz.pk}/change/"

    def save(contents: str, learner: Any = "") -> int:
        rows = {"assignments-TOTAL_FORMS": 1, "assignments-INITIAL_FORMS": 0}
        fields = {"title": "Q", "draft": "on", "due_at_0": "2026-12-01", "due_at_1": "15:00"}
        form = {**fields, **rows, "assignments-0-learner": learner, "contents": contents}
        return browser.post(page, form).status_code

    assert f"{halves.pk.hex} Halves" in browser.get(page).content.decode()
    for wrong in ("Twice", "Quarters", f"{other}\n{other}"):
        assert save(wrong) == 200
    assert save("", school.chen.pk) == 200
    assert save(f"{other}\nHalves\n{also.pk} Twice", school.ada.pk) == 302
    quiz.refresh_from_db()
    assert quiz.contents == [other, halves.pk.hex, also.pk.hex]
    assert (quiz.draft, quiz.due_at is not None) == (True, True)
    assert quiz.assignments.get().learner == school.ada
    assert str(twice)
