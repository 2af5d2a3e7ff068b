"""Sections on sessions, tries and wrong answers on the pages of learners and items."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from uuid_utils.compat import uuid7

from analytics.models import Content, Item, Skill
from logger.models import AttemptLog
from roster.models import User
from tests.conftest import client_for
from tests.dashboard.test_work_pages import browser, text_of
from tests.factories import School, answered, exercise, video


@pytest.fixture
def exercise_body() -> dict[str, Any]:
    """Body of an exercise with a question `half`, which many answer wrongly."""
    return exercise(mastery_model={"type": "num_correct_in_a_row_10"})


def answer_wrongly(learner: User, body: dict[str, Any], *answers: str) -> None:
    client_for(learner).work(body, *[answered("half", 0, simple_answer=text) for text in answers])


def item_page(viewer: User, code: str) -> Any:
    item = Item.objects.get(code=code, facility=viewer.facility_id)
    return browser(viewer).get(reverse("admin:coach_item", args=[item.pk]))


def test_a_learners_page_links_to_tries_and_contents(school: School, exercise_body: dict[str, Any]):
    answer_wrongly(school.ada, exercise_body, "2/1")
    watched = video()
    client_for(school.ada).start(watched)
    Content.objects.create(pk=watched["content_id"], title="What is a fraction?")

    response = browser(school.coach).get(reverse("admin:coach_learner", args=[school.ada.pk]))

    page = text_of(response)
    assert "What is a fraction?" in page
    assert f"Exercise {exercise_body['content_id'][:8]}" in page
    assert "10 in a row" in page
    mastery_log = school.ada.tries.get()
    for name, *args in (
        ("coach_try", mastery_log.pk), ("coach_content", school.ada.pk, mastery_log.content_id),
    ):  # fmt: skip
        assert reverse(f"admin:{name}", args=args) in response.content.decode()


def test_sessions_are_sorted_by_start(school: School):
    """A session received later may have happened earlier."""
    client = client_for(school.ada)
    for title, month in (("Later", 3), ("Earlier", 2)):
        watched = video()
        Content.objects.create(pk=watched["content_id"], title=title)
        client.start(watched)
        started = datetime(2026, month, 1, tzinfo=UTC)
        school.ada.sessions.filter(content_id=watched["content_id"]).update(start_timestamp=started)

    page = text_of(browser(school.coach).get(reverse("admin:coach_learner", args=[school.ada.pk])))

    assert page.index("Later") < page.index("Earlier")


def test_an_items_page_counts_wrong_answers_most_frequent_first(
    school: School, exercise_body: dict[str, Any]
):
    answer_wrongly(school.ada, exercise_body, "2/1", "1/3", "2/1")
    answer_wrongly(school.ben, exercise_body, "2/1")
    right = [answered("half", 1, simple_answer="1/2")] * 6
    client_for(school.ben).work(exercise_body, *right)

    page = item_page(school.coach, f"{exercise_body['content_id']}:half")

    text = text_of(page)
    assert "4 of the newest 10 attempts are not right." in text
    assert "2/1 3 user" not in text
    assert text.index("2/1 3") < text.index("1/3 1")
    assert "1/2" not in text
    latest = AttemptLog.objects.filter(user=school.ada, simple_answer="2/1").newest_first()[0]
    assert reverse("admin:coach_attempt", args=[latest.pk]) in page.content.decode()


def test_an_item_with_its_own_skill_counts_in_every_content(
    school: School, exercise_body: dict[str, Any]
):
    own = Skill.objects.create(facility=school.facility, code="halves")
    Item.objects.create(facility=school.facility, code="half", skill=own)
    answer_wrongly(school.ada, exercise_body, *["2/1"] * 5)
    answer_wrongly(school.ada, exercise(), *["2/1"] * 5)

    assert "10 of the newest 10 attempts" in text_of(item_page(school.coach, "half"))


def test_an_item_of_an_app_is_not_the_question_of_an_exercise_with_the_same_name(
    school: School, exercise_body: dict[str, Any]
):
    Item.objects.create(facility=school.facility, code="half")
    answer_wrongly(school.ada, exercise_body, "2/1")

    page = text_of(item_page(school.coach, "half"))

    assert "None of your learners answered this in a content session, and" in page
    assert "2/1" not in page


def test_wrong_answers_are_shown_from_ten_attempts_on(
    school: School, exercise_body: dict[str, Any]
):
    """Figures are hidden below n = 10."""
    code = f"{exercise_body['content_id']}:half"
    answer_wrongly(school.ada, exercise_body, *["2/1"] * 9)
    few = text_of(item_page(school.coach, code))

    answer_wrongly(school.ada, exercise_body, "2/1")

    assert "Most frequent wrong answers of your learners Shown once there are 10 answers." in few
    assert "2/1" not in few
    assert "2/1 10" in text_of(item_page(school.coach, code))


def test_only_the_viewers_learners_answers_are_shown(school: School, exercise_body: dict[str, Any]):
    """contract 0.7."""
    answer_wrongly(school.ada, exercise_body, *["mine"] * 10)
    answer_wrongly(school.chen, exercise_body, *["another class's"] * 10)
    answer_wrongly(school.stranger, exercise_body, *["another school's"] * 10)
    code = f"{exercise_body['content_id']}:half"

    own, all_of_school = (
        html.unescape(text_of(item_page(viewer, code)))
        for viewer in (school.coach, school.facility_coach)
    )

    assert "mine" in own
    assert "another" not in own
    assert "another class's" in all_of_school
    assert "another school's" not in all_of_school


def test_the_page_of_an_item_without_answers_says_so(school: School):
    for code in ("nobody's", f"{uuid7().hex}:nobody's"):
        Item.objects.create(facility=school.facility, code=code)
        assert "None of your learners answered this" in text_of(item_page(school.coach, code))


def test_an_answer_of_any_form_is_counted(school: School, exercise_body: dict[str, Any]):
    sent = [{"choice": 3}, {"choice": 3}, None, {"essay": "x" * 200_000}]
    interactions = [answered("half", 0, answer=answer) for answer in sent + [None] * 6]
    client_for(school.ada).work(exercise_body, *interactions)

    text = text_of(item_page(school.coach, f"{exercise_body['content_id']}:half"))

    assert "choice: 3 2" in text
    assert "— 7" in text
    assert len(text) < 5000


@pytest.mark.parametrize("code", ["half", ":", "a:b", f"{UUID(int=7)}:half", "\u202e:"])
def test_a_code_of_any_form_is_looked_up(school: School, code: str):
    Item.objects.create(facility=school.facility, code=code)

    assert item_page(school.coach, code).status_code == 200


def test_the_number_of_statements_does_not_grow_with_wrong_answers(
    school: School, exercise_body: dict[str, Any], statements: Callable[[], Any]
):
    code = f"{exercise_body['content_id']}:half"
    answer_wrongly(school.ada, exercise_body, *["2/1"] * 10)
    with statements() as few:
        assert item_page(school.coach, code).status_code == 200
    for learner in (school.ada, school.ben):
        answer_wrongly(learner, exercise_body, *[f"1/{n}" for n in range(20)])

    with statements() as many:
        page = item_page(school.coach, code)

    assert len(few) == len(many)
    assert len(re.findall("data-label=.How often", page.content.decode())) == 5
