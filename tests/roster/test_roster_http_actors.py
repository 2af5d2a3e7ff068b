"""Rights of nine kinds of callers on every route and method (contract 1.8, 0.3, 0.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from roster.models import (
    ApiKey,
    Classroom,
    CourseSession,
    CourseSessionAssignment,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Lesson,
    LessonAssignment,
    Quiz,
    QuizAssignment,
    Role,
    User,
)
from tests.factories import PASSWORD, School
from tests.roster.callers import CALLERS, apart, as_caller, enrolment_of, role_of

# The expected status of each caller; objects belong to the callers' own facility. The learner
# who calls is `ada`: she attends 7A with `ben`. `coach` coaches 7A.
OWN = """
                           guest learner coach f-coach admin super k:read k:write k:admin
GET    facility              401     200   200     200   200   200    200     403     200
POST   facility              401     403   403     403   403   201    403     403     403
GET    facility/ID           401     200   200     200   200   200    200     403     200
PUT    facility/ID           401     403   403     403   200   200    403     403     200
PATCH  facility/ID           401     403   403     403   200   200    403     403     200
DELETE facility/ID           401     403   403     403   403   204    403     403     403

GET    classroom             401     200   200     200   200   200    200     403     200
POST   classroom             401     403   403     403   201   201    403     403     201
GET    classroom/ID          401     200   200     200   200   200    200     403     200
PUT    classroom/ID          401     403   403     403   200   200    403     403     200
PATCH  classroom/ID          401     403   403     403   200   200    403     403     200
DELETE classroom/ID          401     403   403     403   204   204    403     403     204

GET    learnergroup          401     200   200     200   200   200    200     403     200
POST   learnergroup          401     403   403     403   201   201    403     403     201
GET    learnergroup/ID       401     200   200     200   200   200    200     403     200
PUT    learnergroup/ID       401     403   403     403   200   200    403     403     200
PATCH  learnergroup/ID       401     403   403     403   200   200    403     403     200
DELETE learnergroup/ID       401     403   403     403   204   204    403     403     204

GET    facilityuser          401     200   200     200   200   200    200     403     200
POST   facilityuser          401     403   403     403   201   201    403     403     201
GET    facilityuser/ID       401     404   200     200   200   200    200     403     200
PUT    facilityuser/ID       401     404   403     403   200   200    403     403     200
PATCH  facilityuser/ID       401     404   403     403   200   200    403     403     200
DELETE facilityuser/ID       401     404   403     403   204   204    403     403     204

GET    membership            401     200   200     200   200   200    200     403     200
POST   membership            401     403   403     403   201   201    403     403     201
GET    membership/ID         401     404   200     200   200   200    200     403     200
PUT    membership/ID         401     404   403     403   200   200    403     403     200
PATCH  membership/ID         401     404   403     403   200   200    403     403     200
DELETE membership/ID         401     404   403     403   204   204    403     403     204

GET    role                  401     200   200     200   200   200    200     403     200
POST   role                  401     403   403     403   201   201    403     403     201
GET    role/ID               401     404   200     200   200   200    200     403     200
PUT    role/ID               401     404   403     403   200   200    403     403     200
PATCH  role/ID               401     404   403     403   200   200    403     403     200
DELETE role/ID               401     404   403     403   204   204    403     403     204

GET    lesson                401     200   200     200   200   200    200     403     200
POST   lesson                401     403   201     201   201   201    403     403     201
GET    lesson/ID             401     200   200     200   200   200    200     403     200
PUT    lesson/ID             401     403   200     200   200   200    403     403     200
PATCH  lesson/ID             401     403   200     200   200   200    403     403     200
DELETE lesson/ID             401     403   204     204   204   204    403     403     204

GET    quiz                  401     200   200     200   200   200    200     403     200
POST   quiz                  401     403   201     201   201   201    403     403     201
GET    quiz/ID               401     200   200     200   200   200    200     403     200
PUT    quiz/ID               401     403   200     200   200   200    403     403     200
PATCH  quiz/ID               401     403   200     200   200   200    403     403     200
DELETE quiz/ID               401     403   204     204   204   204    403     403     204

GET    coursesession         401     200   200     200   200   200    200     403     200
POST   coursesession         401     403   201     201   201   201    403     403     201
GET    coursesession/ID      401     200   200     200   200   200    200     403     200
PUT    coursesession/ID      401     403   200     200   200   200    403     403     200
PATCH  coursesession/ID      401     403   200     200   200   200    403     403     200
DELETE coursesession/ID      401     403   204     204   204   204    403     403     204

POST   session               200     200   200     200   200   200    200     200     200
GET    session               405     405   405     405   405   405    405     405     405
PUT    session               405     405   405     405   405   405    405     405     405
PATCH  session               405     405   405     405   405   405    405     405     405
DELETE session               405     405   405     405   405   405    405     405     405
GET    session/current       200     200   200     200   200   200    200     403     200
PUT    session/current       200     200   200     200   200   200    403     200     200
DELETE session/current       204     204   204     204   204   204    403     204     204
POST   session/current       405     405   405     405   405   405    403     405     405
PATCH  session/current       405     405   405     405   405   405    403     405     405
POST   token                 401     403   403     403   403   403    403     200     200
GET    token                 401     403   403     403   403   403    405     403     405
PUT    token                 401     403   403     403   403   403    403     405     405
PATCH  token                 401     403   403     403   403   403    403     405     405
DELETE token                 401     403   403     403   403   403    403     405     405
"""

# The same for objects of another facility, which only the superuser can change.
FOREIGN = """
                           guest learner coach f-coach admin super k:read k:write k:admin
GET    facility/ID           401     404   404     404   404   200    404     403     404
PUT    facility/ID           401     404   404     404   404   200    403     403     404
PATCH  facility/ID           401     404   404     404   404   200    403     403     404
DELETE facility/ID           401     404   404     404   404   204    403     403     404

POST   classroom             401     403   403     403   403   201    403     403     403
GET    classroom/ID          401     404   404     404   404   200    404     403     404
PUT    classroom/ID          401     404   404     404   404   200    403     403     404
PATCH  classroom/ID          401     404   404     404   404   200    403     403     404
DELETE classroom/ID          401     404   404     404   404   204    403     403     404

POST   learnergroup          401     400   400     400   400   201    403     403     400
GET    learnergroup/ID       401     404   404     404   404   200    404     403     404
PUT    learnergroup/ID       401     404   404     404   404   200    403     403     404
PATCH  learnergroup/ID       401     404   404     404   404   200    403     403     404
DELETE learnergroup/ID       401     404   404     404   404   204    403     403     404

POST   facilityuser          401     403   403     403   403   201    403     403     403
GET    facilityuser/ID       401     404   404     404   404   200    404     403     404
PUT    facilityuser/ID       401     404   404     404   404   200    403     403     404
PATCH  facilityuser/ID       401     404   404     404   404   200    403     403     404
DELETE facilityuser/ID       401     404   404     404   404   204    403     403     404

POST   membership            401     400   400     400   400   201    403     403     400
GET    membership/ID         401     404   404     404   404   200    404     403     404
PUT    membership/ID         401     404   404     404   404   200    403     403     404
PATCH  membership/ID         401     404   404     404   404   200    403     403     404
DELETE membership/ID         401     404   404     404   404   204    403     403     404

POST   role                  401     400   400     400   400   201    403     403     400
GET    role/ID               401     404   404     404   404   200    404     403     404
PUT    role/ID               401     404   404     404   404   200    403     403     404
PATCH  role/ID               401     404   404     404   404   200    403     403     404
DELETE role/ID               401     404   404     404   404   204    403     403     404

POST   lesson                401     400   400     400   400   201    403     403     400
GET    lesson/ID             401     404   404     404   404   200    404     403     404
PUT    lesson/ID             401     404   404     404   404   200    403     403     404
PATCH  lesson/ID             401     404   404     404   404   200    403     403     404
DELETE lesson/ID             401     404   404     404   404   204    403     403     404

POST   quiz                  401     400   400     400   400   201    403     403     400
GET    quiz/ID               401     404   404     404   404   200    404     403     404
PUT    quiz/ID               401     404   404     404   404   200    403     403     404
PATCH  quiz/ID               401     404   404     404   404   200    403     403     404
DELETE quiz/ID               401     404   404     404   404   204    403     403     404

POST   coursesession         401     400   400     400   400   201    403     403     400
GET    coursesession/ID      401     404   404     404   404   200    404     403     404
PUT    coursesession/ID      401     404   404     404   404   200    403     403     404
PATCH  coursesession/ID      401     404   404     404   404   200    403     403     404
DELETE coursesession/ID      401     404   404     404   404   204    403     403     404
"""

TABLES = [
    Facility, Classroom, LearnerGroup, User, Enrolment, GroupMembership, Role, Lesson,
    LessonAssignment, Quiz, QuizAssignment, CourseSession, CourseSessionAssignment, ApiKey,
]  # fmt: skip
NOT_OF_THE_ROSTER = {"last_login", "last_used_at"}
HAND_OUTS = {
    "lesson": (Lesson, LessonAssignment),
    "quiz": (Quiz, QuizAssignment),
    "coursesession": (CourseSession, CourseSessionAssignment),
}


def rows(table: str) -> list[Any]:
    """Return a table's lines as parameters: method, path, expected status of each caller."""
    heading, *lines = [line.split() for line in table.splitlines() if line.strip()]
    assert heading == CALLERS
    return [
        pytest.param(method, path, [int(status) for status in statuses], id=f"{method} {path}")
        for method, path, *statuses in lines
    ]


def roster_now() -> dict[str, list[Any]]:
    """Read every row of the roster in plain SQL: faster than the ORM for 18 reads per line."""
    found = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            names = (field.attname for field in model._meta.concrete_fields)
            columns = ", ".join(name for name in names if name not in NOT_OF_THE_ROSTER)
            table = model._meta.db_table
            cursor.execute(f"SELECT {columns} FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def aim(school: School, path: str, *, foreign: bool) -> tuple[str, dict[str, Any]]:
    """Return the full path of a line and a valid body for it."""
    kind, _, rest = path.partition("/")
    classroom = school.foreign_class if foreign else school.class_7a
    facility = classroom.facility.pk.hex
    learner = school.stranger if foreign else school.ben
    if kind == "session":
        return f"auth/{path}", {"username": "ben", "password": PASSWORD}
    if kind == "token":
        return f"auth/{path}", {"user_id": "student_ben"}
    if kind in HAND_OUTS:
        model, hand_out = HAND_OUTS[kind]
        row = model._default_manager.create(
            facility=classroom.facility, classroom=classroom, title="given"
        )
        name = "course_session" if kind == "coursesession" else kind
        hand_out._default_manager.create(classroom=classroom, **{name: row})
        body = {"title": "new", "collection": classroom.pk.hex, "assignments": []}
        return f"assignments/{path}".replace("ID", row.pk.hex), body
    role = role_of(school, "foreign_coach" if foreign else "coach")
    enrolment = enrolment_of(school, "stranger" if foreign else "ben")
    group = LearnerGroup.objects.create(classroom=classroom, name="given")
    newcomer = User.objects.create(facility=classroom.facility, username="x", external_id="x")
    # A created row needs another user; an update must keep the user of the row.
    of_new = newcomer.pk.hex if not rest else None
    targets: dict[str, tuple[Any, dict[str, Any]]] = {
        "facility": (classroom.facility, {"name": "new"}),
        "classroom": (classroom, {"name": "new", "parent": facility}),
        "learnergroup": (group, {"name": "new", "parent": classroom.pk.hex}),
        "facilityuser": (learner, {"username": "new", "facility": facility}),
        "membership": (
            enrolment, {"user": of_new or learner.pk.hex, "collection": classroom.pk.hex},
        ),
        "role": (
            role,
            {"user": of_new or role.user_id.hex, "collection": classroom.pk.hex, "kind": "coach"},
        ),
    }  # fmt: skip
    row, body = targets[kind]
    return f"auth/{path}".replace("ID", row.pk.hex), body


def check(school: School, method: str, path: str, expected: list[int], *, foreign: bool) -> None:
    path, body = aim(school, path, foreign=foreign)
    received = []
    for name in CALLERS:
        call = as_caller(school, name)
        with apart(undone=True):
            before = roster_now()
            response = call(method, path, None if method in ("GET", "DELETE") else body)
            after = roster_now()
        received.append(response.status_code)
        writes = method != "GET" and "session" not in path.split("/") and "token" not in path
        if response.status_code >= 400:
            assert before == after, f"{name} was refused, and yet something changed"
            assert {problem["id"] for problem in response.json()}
        elif writes and "membership" not in path and "role/" not in path:
            assert before != after, f"{name} got a success status, but nothing changed"
    assert dict(zip(CALLERS, received, strict=True)) == dict(zip(CALLERS, expected, strict=True))


@pytest.mark.parametrize(("method", "path", "expected"), rows(OWN))
def test_callers_in_their_own_facility(school: School, method: str, path: str, expected: list[int]):
    """contract 1.8, 0.3, 0.7."""
    check(school, method, path, expected, foreign=False)


@pytest.mark.parametrize(("method", "path", "expected"), rows(FOREIGN))
def test_callers_in_a_foreign_facility(school: School, method: str, path: str, expected: list[int]):
    """contract 0.7: unknown, unless the request itself names the facility."""
    check(school, method, path, expected, foreign=True)


@pytest.mark.parametrize("kind", ["classroom", "facilityuser", "membership", "role"])
@pytest.mark.parametrize("method", ["OPTIONS", "HEAD"])
def test_options_and_head_require_read_access(school: School, kind: str, method: str):
    """contract 1.8."""
    statuses = [
        as_caller(school, name)(method, f"auth/{kind}").status_code
        for name in ("guest", "learner", "admin", "k:read", "k:write", "k:admin")
    ]

    assert statuses == [401, 200, 200, 200, 403, 200]


def test_a_list_cannot_be_deleted(school: School):
    """contract 0.12: 405 in the same shape."""
    response = as_caller(school, "admin")("DELETE", "auth/classroom")

    [error] = response.json()
    assert (response.status_code, error["id"]) == (405, "METHOD_NOT_ALLOWED")


def test_the_schema_requires_credentials_for_every_roster_route(school: School):
    """contract 0.13: every route is documented with its callers and its responses."""
    paths = as_caller(school, "guest")("GET", "schema").json()["paths"]

    described = {
        path: operations
        for path, operations in paths.items()
        if is_of_roster(path) and not path.endswith("/report")
    }
    assert len(described) == 18
    for path, operations in described.items():
        methods = {"get", "put", "patch", "delete"} if path.endswith("}") else {"get", "post"}
        assert set(operations) == methods
        assert all({} not in operation["security"] for operation in operations.values())
        if "post" in operations:
            assert "201" in operations["post"]["responses"]
        else:
            assert "204" in operations["delete"]["responses"]


def is_of_roster(path: str) -> bool:
    kinds = [line.split()[1].split("/")[0] for line in FOREIGN.splitlines() if "/ID" in line]
    return path.startswith(("/api/auth/", "/api/assignments/")) and path.split("/")[3] in kinds
