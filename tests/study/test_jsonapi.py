"""Common to all responses under `/v3`: the content type and the shape of errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from analytics.models import Item, LearningEvent, Skill
from infra.api.rate_limit import Rate
from roster.models import Scope
from tests.conftest import Client, client_for
from tests.factories import School
from tests.study.study_client import JSON_API, STUDIES, STUDY, errors, post, refused, result_body

PATHS = {
    STUDY: ("get", "post"),
    STUDIES: ("post",),
    "/v3/sets": ("post",),
    "/v3/sets/x": ("get",),
    "/v3/sets/x/learning_items": ("post",),
    "/v3/learning_items/x": ("get",),
    "/v3/partners/779/users": ("post",),
    "/v3/users/x": ("get",),
    "/v3/users/x/learning_stats": ("get",),
    "/v3/users/x/sets/x/learning_stats": ("get",),
    "/v3/users/x/items/x/learning_stats": ("get",),
    "/v3/my/profile": ("get",),
}
METHODS = ("get", "post", "put", "patch", "delete")
KNOWN = [(path, method) for path, methods in PATHS.items() for method in methods]
UNKNOWN = [
    (path, method) for path, methods in PATHS.items() for method in METHODS if method not in methods
]


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("path", "method"), KNOWN)
def test_guests_are_asked_for_a_key_everywhere(school: School, path: str, method: str, slash: str):
    """contract 0.1, 0.3, 3."""
    response = getattr(client_for(None), method)(path + slash)

    assert refused(response, 401)["code"] == "NOT_AUTHENTICATED"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("path", "method"), UNKNOWN)
def test_an_unsupported_method_is_refused(app: Client, path: str, method: str):
    response = getattr(app, method)(path, {}, format="json")

    error = refused(response, 405)
    assert (error["code"], error["title"]) == ("METHOD_NOT_ALLOWED", "Method Not Allowed")


@pytest.mark.parametrize("path", ["/v3", "/v3/", "/v3/nothing", "/v3/study/x", "/v3/users"])
def test_other_paths_are_a_404(app: Client, path: str):
    assert refused(app.get(path), 404)["title"] == "Not Found"


@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*", "image/png", ""])
def test_the_response_is_json_api_for_any_accept_header(app: Client, accept: str):
    """contract 3."""
    response = app.get("/v3/my/profile", HTTP_ACCEPT=accept)

    assert (response.status_code, response["Content-Type"]) == (200, JSON_API)


@pytest.mark.parametrize("path", [STUDY, "/v3/sets", "/v3/partners/779/users"])
@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b"null", b"7", b'"x"', b"\xff", b'{"a": NaN}', b'{"a": 1e400}',
b'{"a": "\\u0000"}', b"[" * 100 + b"]" * 100,
        b"<study/>",
        b'{"\\ud800": 9223372036854775808}',
        b'{"a/b.c": 9223372036854775808}',
        b'[{"study_time_millis": 9223372036854775808}]',
    ],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(app: Client, path: str, body: bytes):
    """contract 0.11: never a 500; the error has no source."""
    response = app.post(path, body, content_type="application/json")

    assert "source" not in refused(response, 400)


def test_a_body_that_is_too_large_is_refused(app: Client):
    """contract 0.11."""
    body = json.dumps(result_body()).encode() + b" " * 1024 * 1024

    refused(app.post(STUDY, body, content_type=JSON_API), 413)


def test_xml_is_refused(app: Client):
    refused(app.post(STUDY, b"<study/>", content_type="application/xml"), 415)


def test_a_throttled_response_has_a_retry_after_header(school: School, settings: Settings):
    """contract 0.11."""
    settings.THROTTLES = {**settings.THROTTLES, "key": Rate.parse("1/minute")}
    client = client_for(school.key())
    client.get("/v3/my/profile")

    response = client.get("/v3/my/profile")

    assert refused(response, 429)["code"] == "THROTTLED"
    assert int(response.headers["Retry-After"]) > 0


def failing(error: Exception) -> Any:
    def refuse(*_args: Any) -> None:
        raise error

    return connection.execute_wrapper(refuse)


def test_a_busy_database_is_a_503(school: School):
    """contract 0.11: with a Retry-After header."""
    client = client_for(school.key())
    with failing(OperationalError("busy")):
        response = client.get("/v3/my/profile")

    assert refused(response, 503)["code"] == "UNAVAILABLE"
    assert response.headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", [STUDY, STUDIES])
def test_a_deleted_skill_is_a_503(school: School, path: str):
    """contract 0.11: the foreign skill simulates one deleted after its item was read."""
    skill = Skill.objects.create(facility=school.elsewhere, code="gone")
    Item.objects.create(facility=school.facility, code="q1", skill=skill)
    rows = [result_body(user_id=name, item_id="q1") for name in ("student_ada", "student_ben")]
    client = client_for(school.key())
    client.raise_request_exception = False

    response = post(client, path, rows[0] if path == STUDY else rows)

    assert refused(response, 503)["code"] == "UNAVAILABLE"
    assert not LearningEvent.objects.exists()


def test_an_internal_error_is_a_500(school: School):
    """contract 0.12: in the shape of all errors."""
    client = client_for(school.key())
    client.raise_request_exception = False
    with failing(ZeroDivisionError()):
        response = client.get("/v3/my/profile")

    assert refused(response, 500)["code"] == "ERROR"


@pytest.mark.parametrize("path", ["/v3/my/profile", "/v3/sets/x", "/v3/users/x", STUDY])
def test_reading_needs_the_scope_to_read(school: School, path: str):
    """contract 0.3."""
    refused(client_for(school.key(Scope.WRITE)).get(path), 403)


def test_two_different_keys_are_refused(school: School):
    """contract 0.3."""
    client = Client()
    client.credentials(HTTP_X_API_KEY=school.key(), HTTP_AUTHORIZATION=f"Bearer {school.key()}")

    refused(client.get("/v3/my/profile"), 400)


def test_a_cookie_needs_its_csrf_token(school: School):
    """contract 0.4: a key does not."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(school.ada, backend="roster.authentication.RosterBackend")

    refused(post(client, STUDY, result_body()), 403)


def test_a_field_of_the_query_is_a_parameter(app: Client):
    """contract 0.12: JSON:API distinguishes it from a field of the body."""
    [error] = errors(app.get(STUDY, {"user_id": "x", "partner_id": "779", "page[size]": "0"}), 400)

    assert error["source"] == {"parameter": "page[size]"}


def test_the_openapi_document_describes_these_responses(app: Client):
    """contract 0.13: each status of each operation has only this content type."""
    paths = app.get("/api/schema?format=json").json()["paths"]

    described = {path: operations for path, operations in paths.items() if path.startswith("/v3/")}
    assert len(described) == len(PATHS)
    for operations in described.values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                kinds = [*response.get("content", {})]
                assert kinds == ([] if status in {"204", "304"} else [JSON_API])
            error = operation["responses"]["400"]["content"][JSON_API]["schema"]
            assert error == {"$ref": "#/components/schemas/JsonApiErrors"}
            assert {} not in operation["security"]
