"""The page and the CSV file of the report of a lesson or quiz."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from uuid_utils.compat import uuid7

from analytics.models import Content
from roster.models import Lesson, User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_lesson, make_quiz

pytestmark = pytest.mark.django_db


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def test_a_coach_opens_the_report_of_a_lesson_from_its_list(school: School):
    halves, other = Content.objects.create(pk=uuid7(), title="=Halves"), uuid7()
    lesson, quiz = make_lesson(school.class_7a, school.class_7b), make_quiz(school.group)
    Lesson.objects.filter(pk=lesson.pk).update(contents=[halves.pk.hex, other.hex])
    ada = client_for(school.ada)
    ada.work(exercise(content_id=halves.pk.hex), *(answered(f"q{n}", correct=0) for n in range(3)))
    coach, path = browser(school.coach), f"/admin/coach/lessons/{lesson.pk}/"

    assert path in coach.get("/admin/roster/lesson/").content.decode()
    assert path in coach.get(f"/admin/roster/lesson/{lesson.pk}/change/").content.decode()
    page = coach.get(path)
    rows = page.context["rows"]
    assert [str(row["learner"]) for row in rows] == ["Ada", "ben"]
    assert [str(shown["label"]) for shown in rows[0]["cells"]] == ["Needs help", "Not started"]
    assert "=Halves" in page.content.decode()
    file: Any = coach.get(path, {"format": "csv"})
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert f"{school.ada.pk.hex},Ada,{halves.pk.hex},'=Halves,needs_help,1," in lines[1]
    assert "not_started,0,0.0," in lines[4]
    for stranger in (school.foreign_coach,):
        for address in (path, f"{path}?format=csv", f"/admin/coach/quizzes/{quiz.pk}/"):
            assert browser(stranger).get(address).status_code == 404
    assert coach.get(f"/admin/coach/quizzes/{quiz.pk}/").status_code == 200
    assert coach.get(f"{path}?after=x").status_code == 400
