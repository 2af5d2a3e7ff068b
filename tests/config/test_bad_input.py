"""The bad-input table: every field and body of every endpoint (contract 0.1, 0.11, 0.12).

Invalid input gets status 400 with the name of the field in the documented shape, and nothing is
stored.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction

from roster.models import Lesson, Scope
from study.services import add_study_set
from tests.config import fields
from tests.config.fields import ABSENT, UNSPEAKABLE, Field
from tests.conftest import Client, client_for
from tests.factories import (
    NOW,
    PASSWORD,
    School,
    answered,
    exercise,
    make_lesson,
    make_quiz,
    video,
)

START = "/api/logger/contentsession"
MARK = "@@here@@"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An endpoint: a valid body, and the fields of the body."""

    method: str
    path: str
    body: dict[str, Any]
    fields: dict[str, Field]
    status: int = 200


MAY = {"absent": True}
INTERACTION = {
    "interactions.id": Field(refused=["", "x", "0" * 33, 7, *fields.NOT_TEXT, None], absent=True),
    "interactions.item": fields.text(200),
    "interactions.correct": fields.share(),
    "interactions.time_spent": fields.seconds(),
    "interactions.complete": fields.boolean(**MAY),
    "interactions.answer": fields.anything(**MAY, null=True),
    "interactions.simple_answer": fields.text(200, blank=True, **MAY, null=True),
    "interactions.error": fields.boolean(**MAY),
    "interactions.hinted": fields.boolean(**MAY),
    "interactions.replace": fields.boolean(**MAY),
    "interactions.timestamp": fields.moment(**MAY, null=True),
}
NODE = {
    "node_id": fields.uuid(),
    "content_id": fields.uuid(),
    "channel_id": fields.uuid(),
    "lesson_id": fields.uuid(**MAY),
    "course_session_id": fields.uuid(**MAY),
    "repeat": fields.boolean(**MAY),
    "user_id": fields.text(255, **MAY),  # absent: a session of a guest
}
ENDPOINTS = {
    "start a video": Endpoint(
        method="post",
        path=START,
        body=video(user_id="student_ada"),
        fields={
            **NODE,
            "kind": Field(refused=["", "Video", "podcast", 7, *fields.NOT_TEXT]),
        },
    ),
    "start an exercise": Endpoint(
        method="post",
        path="/api/logger/trackprogress",
        body=exercise(user_id="student_ada"),
        fields={
            **NODE,
            "mastery_model": Field(refused=["", "m_of_n", 7, True, [], {}]),
            "mastery_model.type": fields.choice(
                "m_of_n", "num_correct_in_a_row_2", "num_correct_in_a_row_3",
                "num_correct_in_a_row_5", "num_correct_in_a_row_10", "do_all", "quiz",
            ),
            # 2 of 3 is valid: these vary one of the two numbers.
            "mastery_model.m": Field(
                refused=[
                    "", "x", 0, -1, 4, 1001, 1.5, "1.5", 10**18, [], {}, *fields.NOT_ASCII_ONE
                ],
                taken=[1, 2, 3, "3"],
            ),
            "mastery_model.n": Field(
                refused=["", "x", 0, -1, 1, 1001, 2.5, "0_3", "\u0663", 10**18, [], {}],
                taken=[2, 1000, "3"],
            ),
        },
    ),
    "start a quiz": Endpoint(
        method="post",
        path=START,
        body={"quiz_id": "{quiz}", "user_id": "student_ada"},
        fields={
            "quiz_id": Field(refused=fields.uuid().refused, absent=None),
            "repeat": fields.boolean(**MAY),
        },
    ),
    "move on": Endpoint(
        method="put",
        path=START + "/{session}",
        body={
            "progress": 0.5,
            "time_spent_delta": 1,
            "extra_fields": {"page": 1},
            "interactions": [answered()],
        },
        fields={
            "progress": fields.share(**MAY),
            "time_spent_delta": fields.seconds(**MAY),
            "extra_fields": fields.anything(**MAY),
            "interactions": Field(
                refused=["", "x", 7, True, {}, [1], ["x"], [None], [[]], [answered()] * 1001],
                taken=[[], [answered()] * 1000],
                absent=True,
            ),
            **INTERACTION,
        },
    ),
    "move on by a delta": Endpoint(
        method="put",
        path=START + "/{session}",
        body={"progress_delta": 0.5},
        fields={"progress_delta": fields.share(**MAY)},
    ),
    "log in": Endpoint(
        method="post",
        path="/api/auth/session",
        body={"username": "ada", "password": PASSWORD},
        fields={
            "username": Field(refused=["", "x" * 151, *fields.NOT_TEXT]),
            "password": Field(refused=["", "x" * 1025, *fields.NOT_TEXT]),
            "facility": fields.uuid(**MAY, null=True),
        },
    ),
    "ask for a token": Endpoint(
        method="post",
        path="/api/auth/token",
        body={"user_id": "student_ada", "ttl": 60},
        fields={"user_id": fields.text(255), "ttl": fields.integer(1, 86_400, **MAY)},
    ),
}  # fmt: skip
HAND_OUT = {
    "title": fields.text(200),
    "active": fields.boolean(**MAY),
    "collection": fields.uuid(),
    "assignments": Field(
        refused=["", "x", 7, True, {}, ["x"], [7], [None], [[]], ["0" * 32] * 1001], absent=True
    ),
}
ENDPOINTS |= {
    f"hand out a {kind}": Endpoint(
        method="post",
        path=f"/api/assignments/{kind}",
        body={"title": "Week 1", "collection": "{class_7a}", "assignments": ["{group}"]},
        fields=HAND_OUT,
        status=201,
    )
    for kind in ("lesson", "quiz", "coursesession")
}
ENDPOINTS |= {
    "change a lesson": Endpoint(
        method="put",
        path="/api/assignments/lesson/{lesson}",
        body={"title": "Week 2", "collection": "{class_7a}"},
        fields=HAND_OUT,
    ),
    "open a facility": Endpoint(
        method="post",
        path="/api/auth/facility",
        body={"name": "Newtown"},
        fields={
            "name": fields.text(200),
            "partner_id": Field(refused=["x" * 101, *fields.NOT_TEXT], absent=True, null=True),
            "auto_provision": fields.boolean(**MAY),
            "guest_access": fields.boolean(**MAY),
        },
        status=201,
    ),
    "open a class": Endpoint(
        method="post",
        path="/api/auth/classroom",
        body={"name": "9C", "parent": "{facility}"},
        fields={"name": fields.text(200), "parent": fields.uuid()},
        status=201,
    ),
    "open a group": Endpoint(
        method="post",
        path="/api/auth/learnergroup",
        body={"name": "readers", "parent": "{class_7a}"},
        fields={"name": fields.text(200), "parent": fields.uuid()},
        status=201,
    ),
    "register somebody": Endpoint(
        method="post",
        path="/api/auth/facilityuser",
        body={"username": "dina", "full_name": "Dina", "facility": "{facility}"},
        fields={
            "username": Field(refused=["", "x" * 151, *fields.NOT_TEXT]),
            "password": Field(refused=["", "short", "password", *fields.NOT_TEXT], absent=True),
            "full_name": fields.text(200, blank=True, **MAY),
            "facility": Field(refused=fields.uuid().refused, absent=None, null=True),
            "id_number": Field(refused=["x" * 256, *fields.NOT_TEXT], absent=True, null=True),
            "is_superuser": Field(refused=["", "maybe", 2, [], {}], taken=[False], absent=True),
        },
        status=201,
    ),
    "enrol somebody": Endpoint(
        method="post",
        path="/api/auth/membership",
        body={"user": "{chen}", "collection": "{class_7a}"},
        fields={"user": fields.uuid(), "collection": fields.uuid()},
        status=201,
    ),
    "appoint somebody": Endpoint(
        method="post",
        path="/api/auth/role",
        body={"user": "{chen}", "collection": "{class_7a}", "kind": "coach"},
        fields={
            "user": fields.uuid(),
            "collection": fields.uuid(),
            "kind": Field(refused=["", "Coach", "boss", 7, *fields.NOT_TEXT]),
        },
        status=201,
    ),
}
OPTIONAL = {"absent": True, "null": True}
ENDPOINTS["track an answer"] = Endpoint(
    method="post",
    path="/api/v1/track-answer",
    body={"user_id": "student_ada", "skill_id": "algebra", "is_correct": True},
    fields={
        "user_id": fields.text(255, numbers=False),
        "skill_id": fields.text(255, numbers=False),
        "is_correct": fields.exactly(True, False, refused=["", "true", "false", 0, 1, 1.0]),
        "time_spent_seconds": fields.whole(0, 10_000_000, **OPTIONAL),
        "confidence_score": fields.whole(1, 5, **OPTIONAL),
        "question_difficulty": fields.exactly(
            -3, 3, 0.5, refused=["", "x", "0.5", True, -3.001, 3.001, 10**18], **OPTIONAL
        ),
        "item_id": fields.text(255, numbers=False, **OPTIONAL),
        "event_id": fields.text(255, numbers=False, **OPTIONAL),
        "timestamp": fields.moment(**OPTIONAL),
    },
)
TEXT = Field(
    refused=["x" * 10_001, 7, 1.5, *fields.NOT_TEXT], taken=["", "x" * 10_000, "😀"], **OPTIONAL
)
STUDIED = Endpoint(
    method="post",
    path="/v3/study",
    body={
        "user_id": "student_ada",
        "partner_id": "{facility}",
        "item_id": "q1",
        "quiz_result": "Correct",
        "study_time_millis": 4930,
    },
    fields={
        "user_id": fields.name(255),
        "partner_id": Field(refused=["", 1.5, "x" * 256, *fields.NOT_TEXT]),
        "item_id": Field(
            refused=fields.text(255).refused, taken=["x" * 255, "😀"], absent=None, null=None
        ),
        "learning_engine_guid": Field(refused=fields.uuid().refused, absent=True, null=True),
        "quiz_result": fields.choice("Correct", "Incorrect", "AlmostCorrect"),
        "study_time_millis": fields.whole(0, 10**10),
        "event_id": fields.text(255, numbers=False, **OPTIONAL),
        "timestamp": fields.moment(**OPTIONAL),
    },
    status=204,
)
ENDPOINTS |= {
    "study an item": STUDIED,
    "make a set": Endpoint(
        method="post",
        path="/v3/sets",
        body={"name": "Capitals", "partner_id": "{facility}"},
        fields={
            "name": fields.text(200, numbers=False),
            "partner_id": STUDIED.fields["partner_id"],
        },
        status=201,
    ),
    "add an item": Endpoint(
        method="post",
        path="/v3/sets/{set}/learning_items",
        body={"question": "The capital of France?", "answer": "Paris"},
        fields={
            "question": TEXT,
            "answer": TEXT,
            "item_id": fields.text(255, numbers=False, **OPTIONAL),
            "learning_engine_guid": Field(
                refused=fields.uuid().refused,
                taken=["4EC0D7E2-a986-487d-9682-9ba6bbcb4cea", "4ec0d7e2a986487d96829ba6bbcb4cea"],
                **OPTIONAL,
            ),
        },
        status=201,
    ),
    "register a learner": Endpoint(
        method="post",
        path="/v3/partners/{facility}/users",
        body={"name": "Dina", "email": "dina@example.org"},
        fields={
            "name": fields.text(200, numbers=False, blank=True, **OPTIONAL),
            "email": Field(
                refused=["x", "x@", 7, "x" * 250 + "@x.org", *fields.NOT_TEXT],
                taken=["", "dina@example.org"],
                **OPTIONAL,
            ),
        },
        status=201,
    ),
}
EACH_FIELD = [(name, path) for name, endpoint in ENDPOINTS.items() for path in endpoint.fields]


@pytest.fixture
def row_ids(school: School) -> dict[str, str]:
    """Create the rows that the paths and bodies name."""
    rows: dict[str, Any] = {
        "quiz": make_quiz(school.class_7a),
        "lesson": make_lesson(school.class_7a),
        "facility": school.facility,
        "class_7a": school.class_7a,
        "group": school.group,
        "chen": school.chen,
    }
    Lesson.objects.update(classroom=school.class_7a)
    rows["set"] = add_study_set(school.facility.pk, "Capitals", at=NOW)
    session = client_for(school.key()).start(exercise(user_id="student_ada"))["session_id"]
    return {"session": session, **{name: row.pk.hex for name, row in rows.items()}}


def fill_endpoint(endpoint: Endpoint, names: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return the path and the valid body with the ids of the named rows."""
    body = json.dumps(endpoint.body)
    for name, key in names.items():
        body = body.replace(f'"{{{name}}}"', f'"{key}"')
    return endpoint.path.format(**names), json.loads(body)


def caller_of(endpoint: Endpoint, school: School) -> Client:
    """Return an authorized client: an app, or a superuser where apps have no access."""
    key_may = endpoint.path != "/api/auth/facility"
    return client_for(school.key(Scope.ADMIN) if key_may else school.superuser)


def with_value(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set a value at a dotted path, in the first item of a list."""
    changed: Any = copy.deepcopy(body)
    *parents, name = path.split(".")
    inner = changed
    for parent in parents:
        inner = inner[parent]
        inner = inner[0] if isinstance(inner, list) else inner
    inner[name] = value
    if value is ABSENT:
        del inner[name]
    return changed


def to_json(body: Any) -> bytes:
    return json.dumps(body).encode()


def raw_bodies(body: dict[str, Any], path: str) -> Iterator[bytes]:
    """Yield bodies that JSON libraries do not write, with an invalid value in one field."""
    for raw_value in UNSPEAKABLE:
        marked = to_json(with_value(body, path, MARK))
        yield marked.replace(to_json(MARK), raw_value)


def count_rows() -> dict[str, int]:
    """Return the number of rows of each table."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model is not Session
    }


def call(client: Client, method: str, path: str, raw: bytes, **extra: Any) -> Any:
    extra = {"content_type": "application/json", **extra}
    return getattr(client, method)(path, data=raw, **extra)


def error_fields(response: Any) -> set[str | None]:
    """Return the fields named by the errors, and check the shape of the response."""
    errors = response.json()
    assert errors
    if "errors" in errors and "success" not in errors:
        return jsonapi_error_fields(response)
    assert response.headers["Content-Type"] == "application/json"
    if isinstance(errors, dict):  # the envelope of answer tracking
        assert errors.keys() == {"success", "data", "message", "errors"}
        assert errors["message"]
        return {*errors["errors"]} or {None}
    for error in errors:
        assert error.keys() == {"id", "metadata"}
        assert error["metadata"].keys() == {"field", "message"}
        assert error["metadata"]["message"]
        assert error["id"] in {"INVALID", "REQUIRED"}
    return {error["metadata"]["field"] for error in errors}


def jsonapi_error_fields(response: Any) -> set[str | None]:
    assert response.headers["Content-Type"] == "application/vnd.api+json"
    errors = response.json()["errors"]
    assert all(
        error.keys() - {"source"} == {"status", "code", "title", "detail"} for error in errors
    )
    assert all(error["code"] in {"INVALID", "REQUIRED"} for error in errors)
    pointers = [error.get("source", {}).get("pointer") for error in errors]
    return {pointer and pointer.removeprefix("/").replace("/", ".") for pointer in pointers}


def error_message(response: Any) -> str:
    """Return the message of an error of any shape."""
    body = response.json()
    message: str
    if isinstance(body, list):
        message = body[0]["metadata"]["message"]
    else:
        message = body["message"] if "message" in body else body["errors"][0]["detail"]
    return message


@pytest.mark.parametrize(("name", "path"), EACH_FIELD)
def test_an_invalid_field_is_refused_by_name_and_nothing_is_stored(
    school: School, row_ids: dict[str, str], name: str, path: str
):
    """contract 0.1, 0.11, 0.12, 1.1, 1.2, 1.8, 2.1."""
    endpoint = ENDPOINTS[name]
    url, body = fill_endpoint(endpoint, row_ids)
    client = caller_of(endpoint, school)
    before = count_rows()
    surprises = []
    for value in endpoint.fields[path].bad:
        response = call(client, endpoint.method, url, to_json(with_value(body, path, value)))
        named = error_fields(response) if response.status_code == 400 else set()
        if not any(field and (field == path or field.startswith(f"{path}.")) for field in named):
            surprises.append((value, response.status_code, response.content[:200]))

    for raw in raw_bodies(body, path):
        response = call(client, endpoint.method, url, raw)
        if response.status_code != 400 or not error_fields(response) <= {None, path}:
            surprises.append((raw[-80:], response.status_code, response.content[:200]))

    assert not surprises
    assert count_rows() == before


@pytest.mark.parametrize(
    ("name", "path"),
    [(name, path) for name, path in EACH_FIELD if ENDPOINTS[name].fields[path].good],
)
def test_a_valid_field_is_accepted(school: School, row_ids: dict[str, str], name: str, path: str):
    """The other half of the table: valid values are accepted, so errors have the right cause."""
    endpoint = ENDPOINTS[name]
    url, body = fill_endpoint(endpoint, row_ids)
    surprises = []
    for value in endpoint.fields[path].good:
        client = caller_of(endpoint, school)
        with transaction.atomic():
            response = call(client, endpoint.method, url, to_json(with_value(body, path, value)))
            transaction.set_rollback(True)  # so that names stay free for the next request
        if response.status_code != endpoint.status:
            surprises.append((value, response.status_code, response.content[:200]))

    assert not surprises


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_malformed_body_is_refused_and_nothing_is_stored(
    school: School, row_ids: dict[str, str], name: str
):
    """contract 0.1, 0.11, 0.12: 400, 413 or 415, whatever the endpoint."""
    endpoint = ENDPOINTS[name]
    url, body = fill_endpoint(endpoint, row_ids)
    good = to_json(body)
    bad: list[tuple[bytes, int, dict[str, Any]]] = [
        (b"{", 400, {}),
        (good[:-1], 400, {}),
        (good + b"x", 400, {}),
        (good.replace(b":", b"=", 1), 400, {}),
        (b"\xff" + good, 400, {}),
        (b"\xef\xbb\xbf" + good, 400, {}),
        (b"[" * 100 + b"]" * 100, 400, {}),
        (b'{"deep": ' + b"[" * 100 + b"]" * 100 + b"}", 400, {}),
        (b"[]", 400, {}),
        (b"[%s]" % good, 400, {}),
        (b'"text"', 400, {}),
        (b"7", 400, {}),
        (b"null", 400, {}),
        (good + b" " * (1024 * 1024 + 1 - len(good)), 413, {}),
        (good, 415, {"content_type": "text/plain"}),
        (good, 415, {"content_type": "application/xml"}),
        (good, 415, {"content_type": "multipart/form-data; boundary=x"}),
    ]
    client = caller_of(endpoint, school)
    before = count_rows()
    surprises = []
    for raw, status, extra in bad:
        response = call(client, endpoint.method, url, raw, **extra)
        if response.status_code != status or not error_message(response):
            surprises.append((raw[:60], extra, response.status_code, response.content[:200]))

    assert not surprises
    assert count_rows() == before


@pytest.mark.parametrize("path", ENDPOINTS["track an answer"].fields)
def test_a_bulk_of_answers_has_the_rules_of_a_single_answer(school: School, path: str):
    """contract 2.1: each invalid value rejects its row by name, each valid one is accepted."""
    endpoint = ENDPOINTS["track an answer"]
    field = endpoint.fields[path]
    rows = [with_value(endpoint.body, path, value) for value in (*field.bad, *field.good)]
    client = client_for(school.key())

    response = call(client, "post", "/api/v1/track-answers", to_json(rows))

    results = response.json()["results"]
    assert [result["index"] for result in results] == [*range(len(field.bad))]
    assert all(result["errors"].keys() == {path} for result in results)


@pytest.mark.parametrize("path", STUDIED.fields)
def test_a_bulk_of_results_has_the_rules_of_a_single_result(school: School, path: str):
    """contract 3: like the bulk of answers."""
    field = STUDIED.fields[path]
    _, body = fill_endpoint(STUDIED, {"facility": school.facility.pk.hex})
    rows = [with_value(body, path, value) for value in (*field.bad, *field.good)]
    client = client_for(school.key())

    response = call(client, "post", "/v3/studies", to_json(rows))

    results = response.json()["meta"]["results"]
    assert [result["index"] for result in results] == [*range(len(field.bad))]
    for result in results:
        assert [error["source"] for error in result["errors"]] == [{"pointer": f"/{path}"}]


QUERIES = {
    "/api/logger/masterylog": {
        "content": ["", "x", "0" * 33, "\0"],
        "user": [""],
        "complete": ["", "x", "2", "yes", "\0"],
        "quiz": ["", "x", "2"],
        "classroom": ["x", "0" * 31, "\0"],
        "learner_group": ["x", "0" * 31],
        "page_size": ["", "x", "0", "-1", "1001", "1.5", "1e3", "9" * 400, "٠"],
        "page": ["", "x", "1.5", "9" * 400],
        "cursor": ["x", "e30", "W10", "\0", "a" * 2000],
        "after": ["x", "e30", "W10", "\0", "a" * 2000],
    },
    "/api/logger/attemptlog": {
        "masterylog": ["x", "0" * 33, "\0"],
        "content": ["x", "0" * 33],
        "complete": ["", "x", "2"],
        "mastery_level": [
            "x", "1.5", "2147483648", "-2147483649", "9" * 400, *fields.NOT_ASCII_ONE
        ],
        "classroom": ["x"],
        "learner_group": ["x"],
        "item": ["\0"],
        "page_size": ["0", "1001", "x", *fields.NOT_ASCII_ONE],
        "page": ["x", *fields.NOT_ASCII_ONE],
        "cursor": ["x"],
        "after": ["x"],
    },
    "/api/v1/velocity/student_ada": {
        "days": ["", "x", "0", "-1", "366", "1.5", "9" * 400, *fields.NOT_ASCII_ONE],
    },
    "/api/v1/predictions/student_ada": {
        "days": ["", "x", "0", "-1", "366", "1.5", "9" * 400, *fields.NOT_ASCII_ONE],
        "target_score": [
            "", "x", "0", "-1", "1_200", "1200\n", " 1200", "1\u0662\u0660\u0660", "9" * 400
        ],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in QUERIES.items() for name in names]
)
@pytest.mark.parametrize("caller", ["key", "coach"])
def test_an_invalid_parameter_is_refused_by_name(school: School, path: str, name: str, caller: str):
    """contract 0.14, 1.4, 1.7."""
    client = client_for(school.key() if caller == "key" else school.coach)
    values, path = QUERIES[path][name], path.replace("student_ada", school.ada.pk.hex)
    needed = {"content": video()["content_id"], "user": school.ada.pk.hex}
    asked = needed if path.endswith("masterylog") else {}
    surprises = []
    for value in values:
        response = client.get(path, {**asked, name: value})
        if response.status_code != 400 or error_fields(response) != {name}:
            surprises.append((value, response.status_code, response.content[:200]))

    assert not surprises


@pytest.mark.parametrize("caller", ["ada", "coach", "key", "superuser"])
@pytest.mark.parametrize(
    "word", ["x", "0" * 31, "0" * 33, "-1", "1.5", "٠", "%00", "%FF", "a" * 2000, "..%2F", "😀"]
)
def test_an_invalid_id_in_a_path_is_not_found(school: School, word: str, caller: str):
    """contract 1.2, 1.4, 1.5, 1.7: 404 in the documented shape, never a 500."""
    client = client_for(school.key() if caller == "key" else getattr(school, caller))
    asked = f"content={video()['content_id']}&user={school.ada.pk.hex}"

    for method, path in (
        ("put", f"{START}/{word}"),
        ("get", f"/api/logger/masterylog/{word}"),
        ("get", f"/api/logger/masterylog/{word}/diff?{asked}"),
        ("get", f"/api/logger/attemptlog/{word}"),
    ):
        response = call(client, method, path, b"{}" if method == "put" else b"")
        assert response.status_code == 404, (path, response.content)
        assert response.json()[0]["id"] == "NOT_FOUND"
