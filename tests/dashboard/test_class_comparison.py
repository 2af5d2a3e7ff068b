"""Classes side by side, for those who see several."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roster import services
from roster.models import Classroom, RoleKind, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.dashboard.practice import browser, practise
from tests.factories import School, make_user

pytestmark = pytest.mark.django_db


def compare(viewer: User, **query: str) -> list[list[str]]:
    """Return the texts of the cells of each class, in their order."""
    response = browser(viewer).get("/admin/coach/compare/", query)
    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert response.status_code == 200
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    cells = [re.split(r"<t[dh] [^>]*>", row)[1:] for row in rows]
    return [[" ".join(re.sub(r"<[^>]*>", " ", text).split()) for text in row] for row in cells]


def test_classes_are_compared_by_need(school: School):
    run_alert_jobs()
    others = [make_user(school.facility) for _number in range(4)]
    for learner in others:
        services.enrol(learner, school.class_7b)
        practise(learner, "0000000", days_ago=9)
        practise(learner, "1111111", days_ago=1)
    practise(school.chen, "0" * 24, days_ago=9)
    practise(school.chen, "0" * 24, days_ago=8.5)
    practise(school.ada, "0" * 24, days_ago=1)
    run_alert_jobs()

    rows = compare(school.facility_coach)

    [[name, *numbers], small] = rows
    assert name == "7B"
    assert numbers[:2] == ["5", "4"]
    assert re.fullmatch(r"\d+ %", numbers[2])
    assert numbers[3:] == ["1 of 5 20 %", "1", "4 of 4", "28 of 104 27 %"]
    assert small == [
        "7A", "2", "1", "too few learners", "1 of 2 too few learners", "1", "\N{EN DASH}",
        "0 of 24 0 %",
    ]  # fmt: skip
    assert [row[0] for row in compare(school.facility_coach, sort="class")] == ["7A", "7B"]
    assert [row[0] for row in compare(school.facility_coach, sort="-class")] == ["7B", "7A"]
    assert [row[0] for row in compare(school.facility_coach, sort="x")] == ["7B", "7A"]
    assert [row[0] for row in compare(school.coach)] == ["7A"]
    assert [row[0] for row in compare(school.foreign_coach)] == ["1X"]
    page = browser(school.facility_coach).get("/admin/coach/compare/?sort=-stuck").content.decode()
    assert re.search(r'aria-sort="descending"><a href="\?sort=stuck">Stuck', page)
    link = 'href="/admin/coach/compare/"'
    assert link in browser(school.facility_coach).get("/admin/").content.decode()
    assert link not in browser(school.coach).get("/admin/").content.decode()
    assert browser(school.ada).get("/admin/coach/compare/").status_code == 302


def test_the_number_of_statements_does_not_grow_with_the_classes(school: School):
    practise(school.ada, "0" * 24)
    run_alert_jobs()
    client = browser(school.facility_coach)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/coach/compare/")
        counts.append(len(captured))
        for name in "abc":
            room = Classroom.objects.create(facility=school.facility, name=f"{name}{number}")
            services.assign_role(school.coach, RoleKind.COACH, room)
            learner = services.enrol(make_user(school.facility), room).user
            practise(learner, "0" * 24, f"skill {name}")
        run_alert_jobs()

    assert counts[0] == counts[1] <= 13
