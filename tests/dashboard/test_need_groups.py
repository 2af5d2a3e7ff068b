"""A coach makes a group of the learners who have an alert at the same skill."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from roster import services
from roster.models import AuditEntry, GroupMembership, LearnerGroup, Role, RoleKind, User
from tests.dashboard.practice import browser, look, practise, skill
from tests.dashboard.test_overview import STUCK, section
from tests.factories import School, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(school: School) -> str:
    """Let ada and ben be stuck at algebra, and ada alone at geometry."""
    for learner in (school.ada, school.ben):
        practise(learner, STUCK)
    practise(school.ada, STUCK, "geometry")
    look(school.coach, "index")
    return reverse("admin:coach_group", args=[school.class_7a.pk, skill(school.ada).pk])


def create(viewer: User, url: str, *learners: User, name: str = "Algebra help") -> Any:
    return browser(viewer).post(url, {"name": name, "learner": [each.pk.hex for each in learners]})


def members(group: LearnerGroup) -> set[str | None]:
    people = GroupMembership.objects.filter(group=group)
    return {*people.values_list("enrolment__user__username", flat=True)}


def test_the_front_page_suggests_groups_by_need(school: School, url: str):
    groups = section(look(school.coach, "index"), "groups")

    assert "algebra" in groups
    assert "2 learners" in groups
    assert url in groups
    assert "geometry" not in groups


def test_a_coach_makes_a_group_in_two_clicks(school: School, url: str):
    form = browser(school.coach).get(url).content.decode()
    assert 'value="algebra"' in form
    assert form.count("checked") == 2

    response = create(school.coach, url, school.ada, school.ben)

    group = LearnerGroup.objects.get(name="Algebra help")
    assert response.status_code == 303
    assert response["Location"].endswith(f"?class={school.class_7a.pk}&group={group.pk}")
    assert group.classroom == school.class_7a
    assert members(group) == {"ada", "ben"}
    kinds = AuditEntry.objects.filter(actor_id=school.coach.pk).values_list("object_kind")
    assert sorted(kind for (kind,) in kinds) == [
        "groupmembership", "groupmembership", "learnergroup"
    ]  # fmt: skip


@pytest.mark.parametrize("viewer", ["foreign_coach", "coach_of_7b"])
def test_a_coach_of_another_class_gets_a_404(school: School, url: str, viewer: str):
    other = make_user(school.facility, username="coach_of_7b", is_staff=True, external_id=None)
    Role.objects.create(user=other, kind=RoleKind.COACH, classroom=school.class_7b)
    coach = User.objects.get(username=viewer)

    assert browser(coach).get(url).status_code == 404
    assert create(coach, url, school.ada).status_code == 404
    assert not LearnerGroup.objects.filter(name="Algebra help").exists()


def test_learners_of_other_classes_cannot_be_members(school: School, url: str):
    for learners in ([], [school.ada, school.chen], [school.stranger]):
        response = create(school.coach, url, *learners)
        assert response.status_code == 200
        assert "Choose at least one learner of the class." in response.content.decode()

    assert not LearnerGroup.objects.filter(name="Algebra help").exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 201])
def test_a_group_needs_a_name(school: School, url: str, name: str):
    response = create(school.coach, url, school.ada, name=name)

    assert "Enter a name of at most 200 characters." in response.content.decode()
    assert LearnerGroup.objects.count() == 1


def test_a_facility_coach_makes_groups_in_all_classes(school: School, url: str):
    services.enrol(school.ada, school.class_7b)
    in_7b = reverse("admin:coach_group", args=[school.class_7b.pk, skill(school.ada).pk])

    assert create(school.facility_coach, in_7b, school.ada).status_code == 303
