"""Lists of the roster: their three shapes, and the SQL statements that each needs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from uuid_utils.compat import uuid7

from roster.models import (
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Enrolment,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    RoleKind,
    Scope,
    User,
)
from tests.conftest import client_for
from tests.factories import School, make_school

# Real transactions: BEGIN and COMMIT count as statements. Authentication is included.
pytestmark = pytest.mark.django_db(transaction=True)

LISTS = [
    "auth/facility", "auth/classroom", "auth/learnergroup", "auth/facilityuser",
    "auth/membership", "auth/role", "assignments/lesson", "assignments/quiz",
    "assignments/coursesession",
]  # fmt: skip


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


def fill(school: School, rows: int) -> None:
    """Add so many more rows of every table to the school, all in one class."""
    facility = {"facility": school.facility}
    people = [User(**facility, username=uuid7().hex) for _ in range(rows)]
    User.objects.bulk_create(people)
    Classroom.objects.bulk_create(Classroom(**facility, name="c") for _ in people)
    Role.objects.bulk_create(
        Role(user=user, kind=RoleKind.COACH, classroom=school.class_7a) for user in people
    )
    enrolments = [Enrolment(user=user, classroom=school.class_7a) for user in people]
    Enrolment.objects.bulk_create(enrolments)
    groups = [LearnerGroup(classroom=school.class_7a, name="g") for _ in people]
    LearnerGroup.objects.bulk_create(groups)
    GroupMembership.objects.bulk_create(
        GroupMembership(enrolment=enrolment, group=school.group) for enrolment in enrolments
    )
    given: list[tuple[Any, Any, str]] = [
        (Lesson, LessonAssignment, "lesson"),
        (Quiz, QuizAssignment, "quiz"),
        (CourseSession, CourseSessionAssignment, "course_session"),
    ]
    for model, hand_out, name in given:
        of_class = {**facility, "classroom": school.class_7a}
        made = [model(**of_class, title=f"t{number}") for number in range(rows)]
        model.objects.bulk_create(made)
        hand_out.objects.bulk_create(hand_out(**{name: row}, group=school.group) for row in made)


@pytest.mark.parametrize("who", ["coach", "admin", "key"])
def test_statements_of_a_list_do_not_grow_with_the_rows(school: School, who: str):
    """The rows, and the rows nested in them: list ≤ 4 with the caller's own."""
    client = client_for(school.key() if who == "key" else getattr(school, who))
    client.get("/api/auth/facility")

    def counts() -> dict[str, int]:
        numbers = {}
        for path in LISTS:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/api/{path}").status_code == 200
            numbers[path.partition("/")[2]] = len(captured)
        return numbers

    fill(school, 3)
    few = counts()
    fill(school, 40)
    login = 0 if who == "key" else 1

    assert counts() == few == {
        "facility": 2 + login,
        "classroom": 3 + login,
        "learnergroup": 3 + login,
        "facilityuser": 3 + login,
        "membership": 2 + login,
        "role": 2 + login,
        "lesson": 3 + login,
        "quiz": 3 + login,
        "coursesession": 3 + login,
    }  # fmt: skip


def test_statements_of_writes_do_not_grow_with_the_rows(school: School):
    """A write needs the lock, the row, the rights, the change, the audit entry, the row again."""
    client = client_for(school.key(Scope.ADMIN))
    client.get("/api/auth/facility")

    def counted(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as captured:
            response = getattr(client, method)(f"/api/{path}", body)
        assert response.status_code < 300, response.content
        return len(captured), response

    def counts() -> dict[str, int]:
        in_7a = {"collection": school.class_7a.pk.hex}
        numbers = {}
        numbers["register"], person = counted("post", "auth/facilityuser", {"username": "new"})
        path, user = f"auth/facilityuser/{person.json()['id']}", {"user": person.json()["id"]}
        numbers["rename"], _ = counted("patch", path, {"full_name": "New"})
        numbers["enrol"], member = counted("post", "auth/membership", {**user, **in_7a})
        numbers["leave"], _ = counted("delete", f"auth/membership/{member.json()['id']}")
        numbers["appoint"], role = counted("post", "auth/role", {**user, **in_7a, "kind": "coach"})
        numbers["dismiss"], _ = counted("delete", f"auth/role/{role.json()['id']}")
        body = {"title": "t", **in_7a, "assignments": [school.class_7a.pk.hex]}
        numbers["hand out"], lesson = counted("post", "assignments/lesson", body)
        every = [group.pk.hex for group in LearnerGroup.objects.filter(classroom=school.class_7a)]
        path = f"assignments/lesson/{lesson.json()['id']}"
        numbers["hand out anew"], _ = counted("patch", path, {"assignments": every})
        client.delete(f"/api/auth/facilityuser/{user['user']}")
        return numbers

    few = counts()
    fill(school, 40)

    assert counts() == few == {
        "register": 12,
        "rename": 12,
        "enrol": 13,
        "leave": 10,
        "appoint": 18,
        "dismiss": 8,
        "hand out": 14,
        "hand out anew": 14,
    }  # fmt: skip


@pytest.mark.parametrize("path", LISTS[1:])
def test_every_list_has_its_three_shapes(school: School, path: str):
    """contract 0.14: an array, pages, and a cursor that returns every row once."""
    fill(school, 5)
    client, url = client_for(school.key()), f"/api/{path}"

    everything = client.get(url).json()
    page = client.get(url, {"page_size": 2, "page": 2}).json()
    walked, following = [], f"{url}?cursor=&page_size=2"
    while following:
        body = client.get(following).json()
        walked += body["results"]
        following = body["next"]

    assert page["results"] == everything[2:4]
    assert (page["count"], page["page"]) == (len(everything), 2)
    assert walked == everything
    assert len(everything) >= 5
    assert client.get(url, {"page_size": 2, "page": 99}).status_code == 404
    assert client.get(url, {"page_size": 0}).status_code == 400
    assert client.get(url, {"cursor": "x"}).status_code == 400


def test_a_long_array_has_a_link_to_the_rest(school: School):
    """contract 0.14: at most 1,000 rows, and a Link to the rest."""
    fill(school, 1000)
    client = client_for(school.key())

    first = client.get("/api/auth/facilityuser")
    rest = client.get(first.headers["Link"].partition(">")[0][1:])

    assert len(first.json()) == 1000
    assert len(rest.json()) == 6
    assert not {row["id"] for row in first.json()} & {row["id"] for row in rest.json()}
    assert "Link" not in rest.headers
