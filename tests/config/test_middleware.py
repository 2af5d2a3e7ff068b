"""Behaviour of every endpoint: contract 0.1, 0.11, 0.12, 0.13."""

from __future__ import annotations

import json
import sys
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test import Client as PlainClient
from drf_spectacular.generators import SchemaGenerator
from pytest_django import Settings

from config.wsgi import application
from logger.models import ContentSession
from tests.conftest import Client, client_for
from tests.factories import School, answered, exercise, video

START = "/api/logger/contentsession"


def raw(client: PlainClient, body: bytes, content_type: str = "application/json") -> Any:
    return client.post(START, body, content_type=content_type)


@pytest.mark.parametrize(
    "path",
    [
        START, "/api/logger/trackprogress", "/api/logger/masterylog", "/api/logger/attemptlog",
        "/api/logger/masterylog/0/diff", "/api/logger/totalcontentprogress/x",
        "/api/auth/session/current", "/api/schema", "/api/docs", "/healthz", "/readyz", "/metrics",
        "/api/auth/classroom", "/api/auth/facilityuser/x", "/api/assignments/lesson",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_a_trailing_slash_makes_no_difference(school: School, path: str, method: str):
    """contract 0.1: for every method, never by redirect."""
    client = client_for(school.ada)
    without = getattr(client, method)(path, {}, format="json")
    client = client_for(school.ada)
    with_slash = getattr(client, method)(f"{path}/", {}, format="json")

    assert without.status_code == with_slash.status_code
    assert not 300 <= without.status_code < 400


@pytest.mark.parametrize("path", ["/api/logger/nothing", "/api/v1/nothing", "/v3/nothing"])
def test_an_unknown_path_has_the_error_shape_of_its_api(db: None, path: str):
    """contract 0.12."""
    response = client_for(None).get(path)

    body = response.json()
    assert response.status_code == 404
    kind = "application/vnd.api+json" if path.startswith("/v3") else "application/json"
    assert response.headers["Content-Type"] == kind
    if path.startswith("/api/logger"):
        assert body == [
            {
                "id": "NOT_FOUND",
                "metadata": {"field": None, "message": "There is nothing at this path."},
            }
        ]
    elif path.startswith("/api/v1"):
        assert (body["success"], body["data"], body["errors"]) == (False, None, {})
    else:
        assert (body["errors"][0]["status"], body["errors"][0]["code"]) == ("404", "NOT_FOUND")


def test_an_unknown_page_is_an_error_page(db: None):
    response = client_for(None).get("/nothing")

    assert response.status_code == 404
    assert b"<h1>Not found</h1>" in response.content


def test_an_unsupported_method_is_refused(school: School):
    """contract 0.12."""
    response = client_for(school.ada).delete(START)

    assert (response.status_code, response.json()[0]["id"]) == (405, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_json_is_refused(school: School, content_type: str):
    """contract 0.1, 0.12."""
    response = raw(client_for(school.ada), json.dumps(video()).encode(), content_type)

    assert (response.status_code, response.json()[0]["id"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"kind": "video"',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b'{"a": -1e400}',
        b'{"a": 9223372036854775808}',
        b'{"a": -9223372036854775809}',
        b'{"a": %s}' % (b"9" * 400),
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": [{"b": "x\\u0000"}]}',
        b'{"a": "\\ud800"}',
        b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 65 + b"1" + b"}" * 65,
    ],
)
def test_json_that_databases_cannot_store_is_refused(school: School, body: bytes):
    """contract 0.11: 400, never 500."""
    response = raw(client_for(school.ada), body)

    assert response.status_code == 400
    [error] = response.json()
    assert error["metadata"]["field"] is None
    assert not ContentSession.objects.exists()


def test_json_within_the_limits_is_stored_exactly(ada: Client):
    """contract 0.11."""
    nested: Any = []  # the body, `interactions`, an interaction and `answer` around it: 64 in all
    for _level in range(58):
        nested = [nested]
    fields = {
        "big": 9223372036854775807,
        "small": -9223372036854775808,
        "float": 1.5e300,
        "text": "\\u0000 is not NUL, 😀 is fine",
        "nested": nested,
    }
    body = exercise()
    session = ada.start(body)["session_id"]

    ada.move(session, extra_fields=fields, interactions=[answered(answer=fields)])

    assert ada.start(body)["extra_fields"] == fields
    [attempt] = ada.get("/api/logger/attemptlog").json()
    assert attempt["answer"] == attempt["interaction_history"][0]["answer"] == fields


@pytest.mark.parametrize(("length", "status"), [(1024 * 1024, 200), (1024 * 1024 + 1, 413)])
def test_a_body_has_at_most_one_mebibyte(school: School, length: int, status: int):
    """contract 0.11."""
    body = json.dumps(video()).encode()
    body += b" " * (length - len(body))

    response = raw(client_for(school.ada), body)

    assert response.status_code == status
    if status == 413:
        assert response.json()[0]["id"] == "TOO_LARGE"


def test_an_interrupted_body_is_a_client_error(school: School):
    """contract 0.11: 400, never 500."""

    class Broken(BytesIO):
        def read(self, *_args: Any) -> bytes:
            raise BlockingIOError("timed out")

    broken: dict[str, Any] = {"wsgi.input": Broken()}
    response = client_for(school.ada).generic(
        "POST", START, "", content_type="application/json", CONTENT_LENGTH="10",
        **broken,
    )  # fmt: skip

    assert response.status_code == 400


def test_unknown_fields_are_ignored(ada: Client):
    """contract 0.1."""
    ada.start(video(colour="red", session_id="x"))


def test_the_response_is_json_regardless_of_the_accept_header(school: School):
    """contract 0.1: a browser that asks for HTML gets JSON, not 406."""
    response = client_for(school.ada).get("/api/logger/attemptlog", HTTP_ACCEPT="text/html")

    assert (response.status_code, response.json()) == (200, [])


def test_health_checks_report_the_process_and_the_database(db: None):
    """contract 0.13."""
    assert client_for(None).get("/healthz").json() == {"status": "ok"}
    assert client_for(None).get("/readyz").json() == {"status": "ok"}
    assert client_for(None).post("/healthz").status_code == 405


def test_a_missing_migration_or_database_is_not_ready(db: None):
    """contract 0.13."""
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="logger").delete()
    missing = client_for(None).get("/readyz")

    def refuse(*_args: Any) -> None:
        raise DatabaseError("gone")

    with connection.execute_wrapper(refuse):
        gone = client_for(None).get("/readyz")

    assert missing.status_code == 503
    assert missing.json()["status"].startswith("migrations to apply: ")
    assert (gone.status_code, gone.json()) == (503, {"status": "database unavailable"})


def test_a_busy_database_gets_retry_after(school: School):
    """contract 0.11: 503 with Retry-After."""
    from django.db import OperationalError

    def refuse(*_args: Any) -> None:
        raise OperationalError("database is locked")

    client = client_for(school.key())
    with connection.execute_wrapper(refuse):
        response = client.get("/api/logger/attemptlog")

    assert (response.status_code, response.json()[0]["id"]) == (503, "UNAVAILABLE")
    assert response.headers["Retry-After"] == "1"


def test_server_errors_have_the_error_shape_and_are_logged(
    school: School, caplog: pytest.LogCaptureFixture
):
    """contract 0.12: 500 in the same shape."""

    def refuse(*_args: Any) -> None:
        raise ZeroDivisionError

    client = client_for(school.key())
    client.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        response = client.get("/api/logger/attemptlog")

    assert (response.status_code, response.json()[0]["id"]) == (500, "ERROR")
    assert any(record.exc_info for record in caplog.records)


def logged_requests(text: str) -> list[dict[str, Any]]:
    """Return the requests in a log."""
    lines = map(json.loads, text.splitlines())
    return [line for line in lines if line["logger"] == "config.middleware"]


def test_a_request_is_logged_once_with_its_id_and_without_secrets(
    school: School, capfd: pytest.CaptureFixture[str]
):
    """No body, password, key or query string; only the key's prefix."""
    secret = school.key()
    client = client_for(secret)
    response = client.post(
        f"{START}?user=query-secret",
        video(user_id="body-secret"),
        format="json",
        HTTP_X_REQUEST_ID="my-id.1",
    )

    text = capfd.readouterr().err
    [record] = logged_requests(text)
    assert response.headers["X-Request-ID"] == "my-id.1" == record["request_id"]
    assert (record["method"], record["path"], record["status"]) == ("POST", START, 200)
    assert record["key"] == secret.split("_")[1]
    for private in (secret, "query-secret", "body-secret"):
        assert private not in text


@pytest.mark.parametrize(
    ("detail", "address", "logged"),
    [
        ("full", "203.0.113.77", "203.0.113.77"),
        ("truncated", "203.0.113.77", "203.0.113.0"),
        ("truncated", "2001:db8:1:2::3", "2001:db8:1::"),
        ("none", "203.0.113.77", None),
    ],
)
def test_a_logged_request_has_the_clients_address(
    db: None,
    settings: Settings,
    capfd: pytest.CaptureFixture[str],
    detail: str,
    address: str,
    logged: str | None,
):
    """LOG_CLIENT_ADDRESS decides how much of it; behind proxies it is the forwarded one."""
    settings.LOG_CLIENT_ADDRESS, settings.TRUSTED_PROXIES = detail, 1
    client_for(None).get("/healthz", HTTP_X_FORWARDED_FOR=address)

    [record] = logged_requests(capfd.readouterr().err)
    assert record["address"] == logged


@pytest.mark.parametrize("hostile", ["a b", "x" * 65, "a\tb", ""])
def test_an_unsafe_request_id_is_replaced(db: None, hostile: str):
    response = client_for(None).get("/healthz", HTTP_X_REQUEST_ID=hostile)

    assert response.headers["X-Request-ID"] != hostile
    assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    "path", ["/", "/admin/login/", "/api/docs", "/healthz", "/nothing", "/api/nothing", START]
)
def test_every_page_has_the_strict_security_policy(db: None, path: str):
    policy = client_for(None).get(path).headers["Content-Security-Policy"]

    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives["default-src"] == "'self'"
    assert "unsafe" not in policy


def test_the_openapi_document_names_every_path_and_its_errors(db: None):
    """contract 0.13."""
    response = client_for(None).get("/api/schema?format=json")

    document = response.json()
    assert response.status_code == 200
    assert {
        "/api/logger/contentsession", "/api/logger/contentsession/{session_id}",
        "/api/logger/totalcontentprogress/{user_id}", "/api/logger/masterylog",
        "/api/logger/masterylog/{id}", "/api/logger/masterylog/{index}/diff",
        "/api/logger/attemptlog", "/api/logger/attemptlog/{id}",
        "/api/auth/session", "/api/auth/session/current",
    } <= set(document["paths"])  # fmt: skip
    start = document["paths"]["/api/logger/contentsession"]["post"]
    assert {} in start["security"]
    assert {} not in document["paths"]["/api/logger/attemptlog"]["get"]["security"]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert all(len(scheme) <= 1 for scheme in operation["security"])
            assert {"400", "401", "403", "404", "429", "500", "503"} <= set(operation["responses"])


def test_the_schema_is_built_once_and_has_an_entity_tag(db: None, monkeypatch: pytest.MonkeyPatch):
    """contract 0.13, 0.12a: guests cannot have it built again."""
    client = client_for(None)
    first = client.get("/api/schema")
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_args, **_options: 1 / 0)

    again = client.get("/api/schema", {"lang": "ar", "version": str(uuid4())})
    known = client.get("/api/schema", HTTP_IF_NONE_MATCH=first.headers["ETag"])

    assert first.content == again.content
    assert first.headers["Content-Type"] == "application/vnd.oai.openapi+json"
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("query", [{}, {"lang": "xx"}, {"format": str(uuid4())}])
def test_the_schema_ignores_invalid_queries(db: None, query: dict[str, str]):
    assert client_for(None).get("/api/schema", query).status_code in (200, 404)


def test_local_health_and_metrics_requests_need_no_tls(db: None, settings: Settings):
    """contract 0.13: probes use plain HTTP and an IP address, with or without a slash."""
    settings.SECURE_SSL_REDIRECT = True
    client = PlainClient()

    for path in ("/healthz", "/healthz/", "/readyz", "/metrics", "/metrics/"):
        assert client.get(path, HTTP_HOST="127.0.0.1:8080").status_code == 200, path
    assert client.get("/api/schema", HTTP_HOST="127.0.0.1:8080").status_code == 301


def test_the_admin_needs_no_slash(db: None):
    """contract 0.1: it does not redirect to add one either."""
    assert client_for(None).get("/admin").headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("path", ["/", "/admin/login/"])
def test_a_page_takes_no_upload(db: None, path: str):
    """contract 0.11: it is refused unread, before a parser of forms could store it."""
    statuses: list[str] = []
    unread = BytesIO(b"x" * 10)
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
        "wsgi.input": unread, "CONTENT_LENGTH": str(600 * 1024 * 1024),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }  # fmt: skip

    list(application(environ, lambda line, _headers: statuses.append(line)))

    assert [status[:3] for status in statuses] == ["413"]
    assert unread.tell() == 0
