"""Titles of contents: from the facility's own quizzes, else from the catalogue."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser

from analytics.models import Content
from logger.models import AttemptLog, ContentSession, MasteryLog
from roster.models import Quiz, User
from tests.conftest import client_for
from tests.factories import School, answered, exercise, make_quiz
from tests.logger.test_admin import browser

LISTS = ("contentsession", "contentsummary", "masterylog", "attemptlog")
every_list = pytest.mark.parametrize("table", LISTS)


@pytest.fixture
def exam(school: School) -> Quiz:
    """Return a quiz of the school; a learner there and one elsewhere recorded under its id."""
    quiz = make_quiz(school.class_7a)
    Quiz.objects.filter(pk=quiz.pk).update(title="Exam of our own")
    for learner in (school.ada, school.stranger):
        client_for(learner).work(exercise_for(quiz.pk), answered("q"))
    return quiz


def exercise_for(content: UUID) -> dict[str, Any]:
    return exercise(content_id=str(content), node_id=str(content))


def pages_of(learner: User) -> list[str]:
    session = ContentSession.objects.get(user=learner)
    tried, attempt = MasteryLog.objects.get(user=learner), AttemptLog.objects.get(user=learner)
    base = f"/admin/coach/learners/{learner.pk}/"
    return [
        base, f"{base}contents/{session.content_id}/", f"/admin/coach/tries/{tried.pk}/",
        f"/admin/coach/attempts/{attempt.pk}/",
    ]  # fmt: skip


def shown(client: Browser, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@every_list
def test_a_list_shows_the_title_of_a_quiz_only_to_its_facility(
    school: School, exam: Quiz, table: str
):
    """contract 0.7: an app can send any id and must not see the title in another school."""
    path = f"/admin/logger/{table}/"

    assert "Exam of our own" in shown(browser(school.coach), path)
    assert "Exam of our own" not in shown(browser(school.foreign_coach), path)
    assert shown(browser(school.superuser), path).count("Exam of our own") == 1


def test_a_page_shows_the_title_of_a_quiz_only_to_its_facility(school: School, exam: Quiz):
    for path in pages_of(school.ada):
        assert "Exam of our own" in shown(browser(school.coach), path)
    for path in pages_of(school.stranger):
        assert "Exam of our own" not in shown(browser(school.foreign_coach), path)
        assert "Exam of our own" not in shown(browser(school.superuser), path)


def test_lists_and_pages_show_the_same_title_of_a_content(school: School, exam: Quiz):
    """A facility sees its own title of a quiz; others see that of the catalogue."""
    Content.objects.create(pk=exam.pk, title="Exam of everybody")
    lists = [f"/admin/logger/{table}/" for table in LISTS]

    for path in [*lists, *pages_of(school.ada)]:
        page = shown(browser(school.coach), path)
        assert ("Exam of our own" in page, "Exam of everybody" in page) == (True, False)
    for path in [*lists, *pages_of(school.stranger)]:
        page = shown(browser(school.foreign_coach), path)
        assert ("Exam of our own" in page, "Exam of everybody" in page) == (False, True)


@every_list
@pytest.mark.parametrize("words", ["exam of our", "own"])
def test_a_list_can_be_filtered_by_words_of_the_title_of_a_quiz(
    school: School, exam: Quiz, table: str, words: str
):
    """Words of another school's quiz find nothing; otherwise titles could be guessed."""
    client_for(school.ada).work(exercise(), answered("q"))
    path = f"/admin/logger/{table}/?content={words}"

    def found(who: User) -> tuple[int, int]:
        rows = shown(browser(who), path).partition("<tbody>")[2]
        return rows.count("Exam of our own"), rows.count("<tr")

    assert found(school.coach) == found(school.admin) == (1, 1)
    assert found(school.foreign_coach) == (0, 0)
