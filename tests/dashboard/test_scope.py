"""The class, group and days in the query of a dashboard page."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict

from dashboard.scope import DashboardScope
from dashboard.selectors.classrooms import classrooms_of
from dashboard.views.base import learner_crumbs, visible_learner
from infra.admin.html import detail_url
from roster import services
from roster.models import Classroom, RoleKind, User
from tests.factories import NOW, School

pytestmark = pytest.mark.django_db


def parse_scope(viewer: User, query: str = "") -> DashboardScope:
    return DashboardScope.parse(QueryDict(query), viewer, at=NOW)


def names(scope: DashboardScope) -> set[str | None]:
    return {learner.username for learner in scope.learners}


def test_the_default_is_the_last_two_weeks(school: School):
    usual, chosen = parse_scope(school.coach), parse_scope(school.coach, "since=2026-01-05")

    assert (usual.since, usual.until) == (date(2026, 2, 17), date(2026, 3, 2))
    assert (chosen.since, chosen.until) == (date(2026, 1, 5), date(2026, 3, 2))


def test_days_in_reverse_order_are_swapped(school: School):
    found = parse_scope(school.coach, "since=2026-02-03&until=2026-02-01")

    assert (found.since, found.until) == (date(2026, 2, 1), date(2026, 2, 3))


def test_no_more_than_three_months_are_shown(school: School):
    found = parse_scope(school.coach, "since=2020-01-01&until=2026-03-02")

    assert (found.until - found.since).days == 91


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "2026-1"])
def test_an_invalid_day_is_refused(school: School, day: str):
    with pytest.raises(BadRequest):
        parse_scope(school.coach, f"since={day}")


def test_the_learners_are_the_viewers_own_and_active(school: School):
    """contract 0.7"""
    school.ben.is_active = False
    school.ben.save()

    assert names(parse_scope(school.coach)) == {"ada"}
    assert names(parse_scope(school.coach, f"group={school.group.pk}")) == {"ada"}
    assert names(parse_scope(school.facility_coach)) == {"ada", "chen"}
    assert names(parse_scope(school.superuser, f"class={school.foreign_class.pk}")) == {"stranger"}


def test_a_group_implies_its_class(school: School):
    assert (
        parse_scope(school.facility_coach, f"group={school.group.pk}").classroom == school.class_7a
    )


@pytest.mark.parametrize("asked", ["class", "group"])
def test_a_foreign_class_or_group_is_a_404(school: School, asked: str):
    foreign = {"class": school.class_7b.pk, "group": school.group.pk}[asked]
    viewer = {"class": school.coach, "group": school.foreign_coach}[asked]

    with pytest.raises(Http404):
        parse_scope(viewer, f"{asked}={foreign}")


def test_a_class_beyond_those_listed_can_still_be_chosen(school: School):
    Classroom.objects.bulk_create(
        Classroom(facility=school.facility, name=f"{number:03}") for number in range(201)
    )

    found = parse_scope(school.facility_coach, f"class={school.class_7b.pk}")

    assert found.is_truncated
    assert found.classroom == school.class_7b
    assert found.choices[0] == school.class_7b
    assert len(found.choices) == 201


def test_the_scope_is_kept_in_the_query(school: School):
    both = parse_scope(school.coach, f"group={school.group.pk}")

    assert both.query == f"?class={school.class_7a.pk}&group={school.group.pk}"
    assert parse_scope(school.facility_coach).query == ""


def test_the_breadcrumbs_of_a_learner_name_only_the_viewers_class(school: School):
    services.enrol(school.ada, school.class_7b)

    assert classrooms_of(school.ada, school.coach) == [school.class_7a]
    assert [crumb.label for crumb in learner_crumbs(school.ada, school.coach)] == ["7A", "Ada"]


def test_a_learner_is_visible_only_to_their_coach(school: School):
    """contract 0.7"""
    assert visible_learner(school.coach, school.ada.pk) == school.ada
    with pytest.raises(Http404):
        visible_learner(school.coach, school.chen.pk)

    services.assign_role(school.coach, RoleKind.COACH, school.class_7b)
    assert visible_learner(school.coach, school.chen.pk) == school.chen


def test_an_unknown_page_has_no_url(school: School):
    assert detail_url("coach_learner", school.ada.pk) == f"/admin/coach/learners/{school.ada.pk}/"
    assert detail_url("coach_nothing", school.ada.pk) is None


@pytest.mark.parametrize("who", ["facility_coach", "admin", "superuser"])
def test_facility_staff_may_select_learners_in_no_class(school: School, who: str):
    school.chen.enrolments.all().delete()

    found = parse_scope(getattr(school, who), f"class=none&group={school.group.pk}")

    assert names(found) == {"chen"}
    assert (found.classroom, found.group, found.groups) == (None, None, [])
    assert found.query == "?class=none"


def test_coaches_of_classes_cannot_select_learners_in_no_class(school: School):
    """contract 0.7"""
    assert not parse_scope(school.coach).may_be_outside
    with pytest.raises(Http404):
        parse_scope(school.coach, "class=none")


def test_without_classes_all_learners_are_in_no_class(school: School):
    Classroom.objects.all().delete()

    assert {"ada", "ben", "chen"} <= names(parse_scope(school.admin))
    assert names(parse_scope(school.coach)) == set()
