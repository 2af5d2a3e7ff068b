"""Rows of admin lists: links, names of items and order."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from analytics.events import Answer, Source
from analytics.models import Content, Item, ItemMemory, LearningEvent, SkillState
from analytics.services import record_answers
from logger.models import ContentSession
from roster.models import Facility, User
from study.models import LearningItem
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, video
from tests.infra.export_client import browser
from tests.study.study_client import create_resource

TENS = UUID(int=1, version=4)
ITEM_TABLES = ("analytics/learningevent", "analytics/itemmemory")


def rows(user: User, table: str) -> str:
    response = browser(user).get(f"/admin/{table}/")
    assert response.status_code == 200
    return response.content.decode().partition("<tbody>")[2]


def record_answer(learner: User, number: int, **fields: Any) -> None:
    answer = Answer(source=Source.TRACK, score=1.0, skill=f"s{number}", item=f"i{number}", **fields)
    record_answers(learner, [answer], at=NOW)


@pytest.fixture
def question(school: School, app: Client) -> LearningItem:
    """Return an item of a set that Ada has answered right."""
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="779")
    path = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")["links"]["self"]
    create_resource(app, f"{path}/learning_items", question="Capital of France?", answer="Paris")
    item = LearningItem.objects.select_related("item", "study_set__skill").get()
    answer = Answer(
        source=Source.STUDY, score=1.0, skill=item.study_set.skill.code, guid=item.item.guid
    )
    record_answers(school.ada, [answer], at=NOW)
    return item


@pytest.mark.parametrize(
    ("table", "page"),
    [
        ("logger/contentsession", r"coach/learners/[-0-9a-f]{36}/contents/[-0-9a-f]{36}/"),
        ("analytics/learningevent", r"coach/learners/[-0-9a-f]{36}/skills/[-0-9a-f]{36}/"),
        ("analytics/itemmemory", r"coach/items/[-0-9a-f]{36}/"),
    ],
)  # fmt: skip
def test_a_row_links_to_its_page_and_to_all_its_fields(school: School, table: str, page: str):
    client_for(school.ada).work(exercise(), answered("q"))

    shown = rows(school.coach, table)

    [row] = re.findall(rf'<th [^>]*><a href="(/admin/{page})">', shown) or re.findall(
        rf'<td [^>]*><a href="(/admin/{page})"><time', shown
    )
    [record] = re.findall(rf'"(/admin/{table}/[-0-9a-f]{{36}}/change/)"', shown)
    for path in (row, record):
        assert browser(school.coach).get(path).status_code == 200


def test_a_session_of_a_guest_links_to_its_fields(school: School, guest: Client):
    guest.start(video())
    session = ContentSession.objects.get()

    shown = rows(school.superuser, "logger/contentsession")

    assert f'href="/admin/logger/contentsession/{session.pk}/change/"' in shown
    assert "coach/learners" not in shown


def test_an_event_of_no_skill_links_to_its_item(school: School):
    record_answers(school.ada, [Answer(source=Source.STUDY, score=1.0, item="i")], at=NOW)
    item = Item.objects.get()

    assert f'class="field-happened"><a href="/admin/coach/items/{item.pk}/">' in rows(
        school.coach, "analytics/learningevent"
    )


@pytest.mark.parametrize("table", ["contentsession", "contentsummary", "masterylog", "attemptlog"])
def test_the_heading_of_a_rows_page_has_the_title_of_the_content(school: School, table: str):
    Content.objects.create(pk=TENS, title="Counting tens")
    client_for(school.ada).work(exercise(content_id=str(TENS), node_id=str(TENS)), answered("q"))
    [record] = re.findall(
        r'"(/admin/logger/\w+/[-0-9a-f]{36}/change/)"', rows(school.coach, f"logger/{table}")
    )

    page = browser(school.coach).get(record).content.decode()

    assert "<h2>Ada: Counting tens</h2>" in page


@pytest.mark.parametrize("table", ITEM_TABLES)
def test_an_item_is_shown_by_its_question(school: School, question: LearningItem, table: str):
    shown = rows(school.coach, table)

    assert ">Capital of France?</a>" in shown
    assert f">{question.item.guid}<" not in shown


@pytest.mark.parametrize("table", ITEM_TABLES)
def test_the_title_of_the_content_is_shown_below_an_item(school: School, table: str):
    Content.objects.create(pk=TENS, title="Counting tens")
    client_for(school.ada).work(exercise(content_id=str(TENS), node_id=str(TENS)), answered("q"))

    below = re.findall(r'<span class="small quiet below">(.*?)</span>', rows(school.coach, table))

    assert "Counting tens" in below


@pytest.mark.parametrize("table", ITEM_TABLES)
def test_the_number_of_statements_does_not_grow_with_the_named_items(
    school: School, question: LearningItem, table: str, statements: Callable[[], Any]
):
    def count_statements() -> int:
        coach = browser(school.coach)
        with statements() as asked:
            assert coach.get(f"/admin/{table}/").status_code == 200
        return len(asked)

    client_for(school.ada).work(exercise(), answered("q"))
    few = count_statements()
    for number in range(20):
        record_answer(school.ada, number)

    assert count_statements() == few <= 10


def test_rows_are_sorted_by_the_last_practice_or_review(school: School):
    """The time of the first practice makes no difference."""
    for number, days in enumerate([1, 3, 2]):
        record_answer(school.ada, number)
        at = NOW - timedelta(days=days)
        SkillState.objects.filter(skill__code=f"s{number}").update(last_practised=at)
        ItemMemory.objects.filter(item__code=f"i{number}").update(last_review=at)

    assert re.findall(r">(s\d)<", rows(school.coach, "analytics/skillstate")) == ["s0", "s2", "s1"]
    assert re.findall(r">(i\d)<", rows(school.coach, "analytics/itemmemory")) == ["i0", "i2", "i1"]
    assert LearningEvent.objects.count() == 3
