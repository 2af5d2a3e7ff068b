"""Validation comes before lookup: a malformed body is refused first (contract 0.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from roster.models import LearnerGroup, Scope
from tests.conftest import client_for
from tests.factories import School, make_lesson, make_quiz, video
from tests.roster.callers import apart, enrolment_of, role_of

# The rows that each write operation names, with an error in the body. Names in capitals stand
# for rows: rows that do not exist, or rows of another facility.
BODIES: dict[str, list[dict[str, Any]]] = {
    "POST /api/logger/contentsession": [
        {"user_id": "PERSON", "node_id": "NODE", "lesson_id": "LESSON", "kind": "exercise"},
        {"user_id": "PERSON", "node_id": "NODE", "quiz_id": "QUIZ"},
        {"user_id": "PERSON", "quiz_id": "QUIZ", "repeat": "nonsense"},
    ],
    "PUT /api/logger/contentsession/SESSION": [
        {"progress": 2},
        {"progress": 0.5, "progress_delta": 0.5},
        {"interactions": [{"id": "NODE", "item": "q", "correct": 7, "time_spent": 1}]},
    ],
    "POST /api/auth/session": [
        {"username": "PERSON", "facility": "FACILITY"},
        {"username": "PERSON", "password": "x", "facility": ["FACILITY"]},
    ],
    "POST /api/auth/token": [{"user_id": "PERSON", "ttl": 0}],
    "POST /api/auth/facility": [{"name": "", "partner_id": "NODE"}],
    "PUT /api/auth/facility/FACILITY": [{"name": ""}],
    "POST /api/auth/classroom": [{"name": "", "parent": "FACILITY"}],
    "PUT /api/auth/classroom/CLASSROOM": [{"name": "", "parent": "FACILITY"}],
    "POST /api/auth/learnergroup": [{"name": "", "parent": "CLASSROOM"}],
    "PUT /api/auth/learnergroup/GROUP": [{"name": "", "parent": "CLASSROOM"}],
    "POST /api/auth/facilityuser": [{"username": [], "facility": "FACILITY"}],
    "PUT /api/auth/facilityuser/PERSON": [{"username": [], "facility": "FACILITY"}],
    "POST /api/auth/membership": [
        {"user": "PERSON"},
        {"user": "PERSON", "collection": 7},
        {"user": "x", "collection": "CLASSROOM"},
    ],
    "PUT /api/auth/membership/ENROLMENT": [{"user": "PERSON", "collection": 7}],
    "POST /api/auth/role": [{"user": "PERSON", "collection": "CLASSROOM", "kind": "king"}],
    "PUT /api/auth/role/ROLE": [{"user": "PERSON", "collection": "CLASSROOM", "kind": "king"}],
    **{
        operation: [
            {"title": "", "collection": "CLASSROOM", "assignments": ["GROUP"]},
            {"title": "x", "collection": "CLASSROOM", "assignments": ["GROUP", 7]},
        ]
        for kind, row in (("lesson", "LESSON"), ("quiz", "QUIZ"), ("coursesession", "NODE"))
        for operation in (f"POST /api/assignments/{kind}", f"PUT /api/assignments/{kind}/{row}")
    },
}
# PATCH takes the bodies of PUT, without the required fields.
BODIES |= {
    operation.replace("PUT", "PATCH"): bodies
    for operation, bodies in BODIES.items()
    if operation.startswith("PUT") and "/contentsession/" not in operation
}


def unknown_rows() -> dict[str, str]:
    names = (
        "FACILITY", "CLASSROOM", "GROUP", "PERSON", "ENROLMENT", "ROLE", "LESSON", "QUIZ",
        "SESSION", "NODE",
    )  # fmt: skip
    return {name: uuid7().hex for name in names}


def foreign_rows(school: School) -> dict[str, str]:
    classroom = school.foreign_class
    session = client_for(school.stranger).start(video())["session_id"]
    group = LearnerGroup.objects.create(classroom=classroom, name="given")
    return {
        **unknown_rows(),
        "FACILITY": school.elsewhere.pk.hex,
        "CLASSROOM": classroom.pk.hex,
        "GROUP": group.pk.hex,
        "PERSON": school.stranger.pk.hex,
        "ENROLMENT": enrolment_of(school, "stranger").pk.hex,
        "ROLE": role_of(school, "foreign_coach").pk.hex,
        "LESSON": make_lesson(classroom).pk.hex,
        "QUIZ": make_quiz(classroom).pk.hex,
        "SESSION": session,
    }


def fill_template(template: Any, rows: dict[str, str]) -> Any:
    """Replace the names of rows in a template by their ids."""
    if isinstance(template, dict):
        return {key: fill_template(value, rows) for key, value in template.items()}
    if isinstance(template, list):
        return [fill_template(value, rows) for value in template]
    return rows.get(template, template) if isinstance(template, str) else template


@pytest.mark.parametrize("of", ["nobody", "elsewhere"])
@pytest.mark.parametrize("operation", BODIES)
def test_a_malformed_body_is_refused_before_rows_are_looked_up(
    school: School, statements: Any, operation: str, of: str
):
    """contract 0.1: 400, whether or not the rows exist; the only query is for the key."""
    rows = unknown_rows() if of == "nobody" else foreign_rows(school)
    method, path = operation.split()
    path = "/".join(rows.get(step, step) for step in path.split("/"))
    client = client_for(school.key(Scope.ADMIN))
    client.get("/api/auth/session/current")  # so that its last use is stored already

    for body in BODIES[operation]:
        with apart(), statements() as asked:
            response = client.generic(
                method, path, json.dumps(fill_template(body, rows)), "application/json"
            )

        assert response.status_code == 400, response.content
        assert [query["sql"] for query in asked if "roster_apikey" not in query["sql"]] == []


def test_every_operation_with_a_body_is_tested(school: School):
    """contract 0.13: as the OpenAPI document lists them."""
    paths = client_for(None).get("/api/schema").json()["paths"]

    documented = {
        (method.upper(), path.partition("{")[0])
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "requestBody" in operation and path.startswith(("/api/logger/", "/api/auth/", "/api/as"))
    }

    assert documented == set(covered_operations()) | aliases(documented)


def covered_operations() -> Iterator[tuple[str, str]]:
    for operation in BODIES:
        method, path = operation.split()
        *steps, last = path.split("/")
        yield method, path if last.islower() else "/".join([*steps, ""])


def aliases(described: set[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(method, path) for method, path in described if "/trackprogress" in path}
