"""The number of SQL statements of a coach's pages does not grow with the data."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from roster import services
from roster.models import Classroom, LearnerGroup, RoleKind, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.conftest import client_for
from tests.dashboard.practice import browser, item, practise, skill
from tests.factories import School, answered, exercise, make_user

pytestmark = pytest.mark.django_db
FRONT, OTHER = 24, 15
MAX_STATEMENTS = {"index": FRONT, "learner": 24}


def count_statements(viewer: User, path: str, **asked: str) -> int:
    """Return the number of statements of a page, including the login, after a first look at it."""
    run_alert_jobs()
    client = browser(viewer)
    client.get(path, asked)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, asked)
    assert response.status_code == 200, response.content
    return len(captured)


def create_little(school: School) -> None:
    """Create data of one learner for every part of a page."""
    practise(school.ada, "0" * 16, days_ago=2)
    practise(school.ada, "10", "geometry", days_ago=1)
    client_for(school.ada).work(exercise(content_id="ab" * 16), answered("q1", correct=0))


def create_much(school: School) -> None:
    """Create more of everything: learners, classes, groups, skills, items, answers."""
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
    """Return the number of statements by viewer and page."""
    place = {"class": str(school.class_7a.pk)}
    return {
        (viewer, page): count_statements(
            getattr(school, viewer), path, **place if page in ("index", "skill") else {}
        )
        for viewer in ("coach", "facility_coach", "superuser")
        for page, path in paths(school).items()
    }


def test_the_number_of_statements_does_not_grow_with_the_data(school: School):
    """At most 24 for the front page, 24 for the learner's page, 15 for the others."""
    create_little(school)
    few = counts(school)

    create_much(school)

    assert counts(school) == few
    assert len(few) == 15
    for (_viewer, page), count in few.items():
        assert count <= MAX_STATEMENTS.get(page, OTHER), page


def test_the_number_of_statements_does_not_grow_with_learners_in_no_class(school: School):
    create_little(school)
    school.ada.enrolments.all().delete()
    path, asked = reverse("admin:index"), {"class": "none"}
    few = count_statements(school.facility_coach, path, **asked)

    for _another in range(5):
        practise(make_user(school.facility), "0" * 16, "geometry")

    assert count_statements(school.facility_coach, path, **asked) == few <= FRONT


def test_a_group_takes_one_more_statement(school: School):
    create_little(school)
    path = reverse("admin:index")

    without = count_statements(school.coach, path)
    within = count_statements(school.coach, path, group=str(school.group.pk))

    assert within <= without + 1 <= FRONT
