"""How many SQL statements a coach's pages take: the same however much there is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from roster import services
from roster.models import Classroom, LearnerGroup, RoleKind, User
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, practise, skill
from tests.factories import School, answered, exercise, make_user

pytestmark = pytest.mark.django_db
FRONT, OTHER = 20, 15
MOST = {"index": FRONT, "learner": 12}


def counted(viewer: User, path: str, **asked: str) -> int:
    """Return the statements of a page, the login included."""
    client = browser(viewer)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, asked)
    assert response.status_code == 200, response.content
    return len(captured)


def a_little(school: School) -> None:
    """One learner with what every part of a page needs."""
    practise(school.ada, "0" * 16, days_ago=2)
    practise(school.ada, "10", "geometry", days_ago=1)
    client_for(school.ada).work(exercise(content_id="ab" * 16), answered("q1", correct=0))


def a_lot(school: School) -> None:
    """More of everything: learners, classes, groups, skills, items, answers."""
    for number in range(6):
        room = Classroom.objects.create(facility=school.facility, name=f"8{number}")
        services.assign_role(school.coach, RoleKind.COACH, room)
        LearnerGroup.objects.create(classroom=room, name="one")
    for number in range(12):
        learner = make_user(school.facility)
        services.enrol(learner, school.class_7a)
        practise(learner, "01" * 12, days_ago=3)
        practise(learner, "0" * 16, f"skill {number}", days_ago=2, item=f"of {number}")
        client_for(learner).work(exercise(content_id="ab" * 16), answered("q1", correct=0))
    for number in range(30):
        practise(school.ada, "01", f"skill {number}", days_ago=1, item=f"of {number}")
    practise(school.ada, "01" * 60, days_ago=0)


def paths(school: School) -> dict[str, str]:
    known, question = skill(school.ada), item(school.ada)
    return {
        "index": reverse("admin:index"),
        "learner": reverse("admin:coach_learner", args=[school.ada.pk]),
        "practice": reverse("admin:coach_practice", args=[school.ada.pk, known.pk]),
        "skill": reverse("admin:coach_skill", args=[known.pk]),
        "item": reverse("admin:coach_item", args=[question.pk]),
    }


def counts(school: School) -> dict[tuple[str, str], int]:
    """Return the statements of every page for everybody who may see it."""
    place = {"class": str(school.class_7a.pk)}
    return {
        (viewer, page): counted(
            getattr(school, viewer), path, **place if page in ("index", "skill") else {}
        )
        for viewer in ("coach", "facility_coach", "superuser")
        for page, path in paths(school).items()
    }


def test_a_page_takes_as_many_statements_whatever_there_is(school: School):
    """issue: front page ≤ 20, other pages ≤ 15; the learner's has room left for more."""
    a_little(school)
    few = counts(school)

    a_lot(school)

    assert counts(school) == few
    assert len(few) == 15
    for (_viewer, page), count in few.items():
        assert count <= MOST.get(page, OTHER), page


def test_learners_in_no_class_cost_the_same_however_many(school: School):
    a_little(school)
    school.ada.enrolments.all().delete()
    path, asked = reverse("admin:index"), {"class": "none"}
    few = counted(school.facility_coach, path, **asked)

    for _another in range(5):
        practise(make_user(school.facility), "0" * 16, "geometry")

    assert counted(school.facility_coach, path, **asked) == few <= FRONT


def test_a_group_costs_one_statement_more(school: School):
    a_little(school)
    path = reverse("admin:index")

    without = counted(school.coach, path)
    within = counted(school.coach, path, group=str(school.group.pk))

    assert within <= without + 1 <= FRONT
