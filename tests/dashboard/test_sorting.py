"""Tables of coach pages and lists of the admin are sorted by the columns of their headings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory

from analytics.models import ItemMemory, LearningEvent, SkillState
from infra.admin.keyset_admin import KeysetAdmin
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, look, practise, skill
from tests.factories import School, answered, exercise

pytestmark = pytest.mark.django_db
LISTS: tuple[Any, ...] = (
    ContentSession, ContentSummary, MasteryLog, AttemptLog, SkillState, LearningEvent, ItemMemory,
)  # fmt: skip


def order(page: str, names: tuple[str, ...], section: str) -> list[str]:
    """Return these names in the order in which a table of the page has them."""
    rows = page.split(f'id="{section}"')[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return re.findall(rf">({'|'.join(names)})</bdi>", rows)


def test_tables_of_states_and_answers_are_sorted_by_each_column(school: School):
    practise(school.ada, "0" * 6, "geometry", days_ago=3)
    practise(school.ada, "1" * 12, "algebra", days_ago=1)
    practise(school.ada, "1", "zoology", days_ago=0)
    practise(school.ben, "000111", "algebra", days_ago=2)
    skills = ("algebra", "geometry", "zoology")

    def of_ada(sort: str) -> list[str]:
        page = look(school.coach, "coach_learner", school.ada.pk, sort=sort)
        return order(page, skills, "skills-title")

    assert of_ada("") == of_ada("x") == ["zoology", "algebra", "geometry"]
    assert of_ada("skill") == ["algebra", "geometry", "zoology"]
    assert of_ada("-skill") == ["zoology", "geometry", "algebra"]
    # A level from too few answers is not shown, so it comes last in both directions.
    assert of_ada("mastery") == ["geometry", "algebra", "zoology"]
    assert of_ada("-mastery") == ["algebra", "geometry", "zoology"]
    assert of_ada("practised") == ["geometry", "algebra", "zoology"]
    assert of_ada("right")[0] == "geometry"
    for name, key, section in (
        ("coach_skill", skill(school.ada).pk, "learners-title"),
        ("coach_item", item(school.ada).pk, "learners-title"),
    ):
        for sort, expected in (("learner", ["Ada", "ben"]), ("-learner", ["ben", "Ada"])):
            page = look(school.coach, name, key, sort=sort)
            assert order(page, ("Ada", "ben"), section) == expected
        assert (
            order(look(school.coach, name, key, sort="right"), ("Ada", "ben"), section)[0] == "ben"
        )
        direction = re.search(r'aria-sort="(\w+)"', look(school.coach, name, key, sort="-right"))
        assert direction is not None
        assert direction[1] == "descending"


@pytest.mark.parametrize("model", LISTS)
def test_lists_of_records_are_sorted_both_ways_by_the_column_of_an_index(
    school: School, model: Any
):
    for learner in (school.ada, school.ben):
        client_for(learner).work(exercise(), answered("q1"))
    model_admin = admin.site._registry[model]
    assert isinstance(model_admin, KeysetAdmin)
    [column] = model_admin.sortable_by or ()
    number = list(model_admin.list_display).index(column)
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    client = browser(school.superuser)

    def listed(**query: str) -> tuple[list[str], str]:
        page = client.get(path, query).content.decode()
        heading = page.split("<thead>")[1].split(f"column-{column}")[1].split(">")[0]
        rows = page.split("<tbody>")[1].split("</tbody>")[0]
        return re.findall(r">(Ada|ben)<", rows), heading

    newest, heading = listed()
    assert newest == ["ben", "Ada"]
    assert 'aria-sort="descending"' in heading
    oldest, heading = listed(o=str(number))
    assert oldest == ["Ada", "ben"]
    assert 'aria-sort="ascending"' in heading
    other = next(n for n, name in enumerate(model_admin.list_display) if name != column)
    assert listed(o=str(other))[0] == ["ben", "Ada"]

    request = RequestFactory().get(path, {"o": str(number)})
    request.user = school.superuser
    rows = model_admin.get_changelist_instance(request).queryset[:50]
    plan = rows.select_related(None).explain()
    if connection.vendor == "sqlite":
        assert "TEMP B-TREE" not in plan, plan
