"""The admin of sets and their items, limited to the facilities that the viewer manages."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from roster.models import RoleKind, User
from roster.services import assign_role
from study.models import LearningItem, StudySet
from study.services import add_study_set
from tests.analytics.test_admin import browser
from tests.conftest import Client, client_for
from tests.factories import NOW, School
from tests.study.study_client import create_resource

SETS, ITEMS = "/admin/study/studyset/", "/admin/study/learningitem/"


@pytest.fixture
def item(app: Client) -> LearningItem:
    """Return an item of a set of the school."""
    path = create_resource(app, "/v3/sets", name="Capitals", partner_id="779")["links"]["self"]
    create_resource(app, f"{path}/learning_items", question="France?", answer="Paris")
    return LearningItem.objects.get()


@pytest.fixture
def foreign_admin(school: School) -> Browser:
    assign_role(school.foreign_coach, RoleKind.ADMIN, school.elsewhere)
    return browser(school.foreign_coach)


def pages(item: LearningItem) -> list[str]:
    return [f"{SETS}{item.study_set_id}/change/", f"{ITEMS}{item.pk}/change/"]


def test_an_admin_edits_the_sets_of_their_facility(school: School, item: LearningItem):
    """The skill gets the same name; neither moves to another facility."""
    admin = browser(school.admin)
    set_page, item_page = pages(item)

    admin.post(set_page, {"name": "Capital cities", "facility": str(school.elsewhere.pk)})
    admin.post(item_page, {"question": "France, please?", "answer": "", "position": "7"})

    item.refresh_from_db()
    assert (item.question, item.answer or "", item.position) == ("France, please?", "", 0)
    study_set = StudySet.objects.select_related("skill").get()
    assert (study_set.name, study_set.skill.title) == ("Capital cities", "Capital cities")
    assert study_set.facility == school.facility


def test_an_admin_creates_sets_only_in_their_facility(school: School):
    admin = browser(school.admin)

    for place in (school.facility, school.elsewhere):
        admin.post(f"{SETS}add/", {"name": "Rivers", "facility": str(place.pk)})

    study_set = StudySet.objects.get()
    assert (study_set.facility, study_set.skill.code) == (school.facility, str(study_set.pk))


def test_a_coach_of_the_facility_can_only_read(school: School, item: LearningItem):
    coach = browser(school.facility_coach)

    for page in pages(item):
        assert coach.get(page).status_code == 200
        assert coach.post(page, {"name": "x", "question": "x"}).status_code == 403
    assert coach.get(f"{SETS}add/").status_code == 403


@pytest.mark.parametrize("who", ["coach", "foreign_admin"])
def test_others_cannot_see_sets_and_items(
    school: School, item: LearningItem, foreign_admin: Browser, who: str
):
    """contract 0.7: a foreign set is a 404."""
    visitor = foreign_admin if who == "foreign_admin" else browser(school.coach)

    for page in pages(item):
        assert visitor.get(page).status_code == 404
    for listed in (SETS, ITEMS):
        content = visitor.get(listed).content.decode()
        assert "Capitals" not in content
        assert "France?" not in content


def test_learners_cannot_open_the_admin(school: School, item: LearningItem):
    for page in (SETS, *pages(item)):
        assert browser(school.ada).get(page).status_code == 302


@pytest.mark.parametrize("query", ["", "?q=Capitals", "?study_set__facility__name__regex=x"])
def test_a_superuser_sees_all(school: School, item: LearningItem, query: str):
    add_study_set(school.elsewhere.pk, "Capitals abroad", at=NOW)
    root: Browser = browser(User.objects.get(pk=school.superuser.pk))

    for listed in (SETS, ITEMS):
        response = root.get(listed + query)
        assert response.status_code == (400 if "regex" in query else 200)
    assert "Capitals abroad" in root.get(SETS).content.decode()


def test_sets_and_items_cannot_be_deleted(school: School, item: LearningItem):
    root = browser(school.superuser)

    for page in pages(item):
        assert root.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert root.get(f"{ITEMS}add/").status_code == 403


def test_the_api_returns_the_new_name_of_a_renamed_set(
    school: School, app: Client, item: LearningItem
):
    browser(school.admin).post(pages(item)[0], {"name": "Cities"})

    resource = client_for(school.key()).get(f"/v3/sets/{item.study_set_id}").json()["data"]

    assert resource["attributes"]["name"] == "Cities"
