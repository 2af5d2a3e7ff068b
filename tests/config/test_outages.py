"""Responses while the database cannot serve requests: contract 0.11, 0.12."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from logger.models import AttemptLog, ContentSession, ContentSummary
from roster.models import User
from tests.config.test_server import ROOT, START, Server, database_url, is_ready, serving
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise, make_school, video
from tests.infra.export_client import browser
from tests.threads import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def school(transactional_db: None) -> School:
    return make_school()


@pytest.fixture
def postgres(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one lock, and no server that could be away")


@contextmanager
def setting(turn_on: str, turn_off: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(turn_on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(turn_off)


def is_unavailable(response: Any) -> bool:
    result = (response.status_code, response.json()[0]["id"], response.headers["Retry-After"])
    return result == (503, "UNAVAILABLE", "1")


def test_a_read_only_database_refuses_writes_and_serves_reads(school: School):
    """contract 0.11: 503; the last use of the key cannot be stored, but the key is not refused."""
    app, body = client_for(school.key()), video(user_id="student_ada")
    read_only = {
        "postgresql": (
            "SET default_transaction_read_only = on",
            "RESET default_transaction_read_only",
        ),
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    }

    with setting(*read_only[connection.vendor]):
        refused = app.post(START, body, format="json")
        refused_once = app.post(START, body, format="json", HTTP_IDEMPOTENCY_KEY="retry-1")
        read = app.get("/api/logger/attemptlog")

    assert is_unavailable(refused)
    assert is_unavailable(refused_once)
    assert (read.status_code, read.json()) == (200, [])
    app.start(body)


def test_a_full_database_refuses_writes_and_serves_reads(school: School):
    """contract 0.11; PostgreSQL's disk is filled by `benchmarks/faults`."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no limit to its size but the disk's")
    app = client_for(school.key())
    session = app.start(exercise(user_id="student_ada"))["session_id"]
    large = {"interactions": [answered(answer={"notes": "x" * 100_000})], "time_spent_delta": 1}
    stored = 0

    with setting("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1073741823"):
        # Deleted rows of other tests leave free space that is used first.
        while (refused := app.put(f"{START}/{session}", large, format="json")).status_code == 200:
            stored += 1
        read = app.get("/api/logger/masterylog?user=student_ada&content=" + uuid7().hex)

    assert is_unavailable(refused)
    assert (read.status_code, read.json()) == (200, [])
    assert ContentSession.objects.get().time_spent == AttemptLog.objects.count() == stored
    app.move(session, **large)


def is_waiting() -> bool:
    """Return whether a connection waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "limits",
    [
        {"REQUEST_LOCK_TIMEOUT": "100ms"},
        {"REQUEST_LOCK_TIMEOUT": "0s", "REQUEST_STATEMENT_TIMEOUT": "100ms"},
    ],
)
def test_a_locked_learner_does_not_block_a_request_forever(
    school: School, postgres: None, limits: dict[str, str]
):
    """contract 0.11: 503 in bounded time, and nothing of the request is stored."""
    key, body = school.key(), exercise(user_id="student_ada")
    with serving(1, **limits) as server:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=school.ada.pk)
            status, [problem] = server.ask("POST", START, key, body)
        afterwards, _session = server.ask("POST", START, key, body)

    assert (status, problem["id"]) == (503, "UNAVAILABLE")
    assert afterwards == 200
    assert ContentSession.objects.count() == 1


def test_a_request_that_loses_a_deadlock_gets_retry_after(school: School, postgres: None):
    """contract 0.11; LearnTrace takes no second lock, so the test creates the deadlock."""
    key = school.key()
    with serving(1) as server, ThreadPoolExecutor(1) as pool:
        _status, session = server.ask("POST", START, key, exercise(user_id="student_ada"))
        path = f"{START}/{session['session_id']}"
        # The connection that checks for deadlocks first is cancelled: not that of the test.
        ours = setting("SET deadlock_timeout = '1h'", "RESET deadlock_timeout")
        with ours, transaction.atomic():
            ContentSummary.objects.select_for_update().get()
            moved = pool.submit(server.ask, "PUT", path, key, {"progress": 0.5})
            until(is_waiting, "the request that waits for us")
            User.objects.select_for_update().get(pk=school.ada.pk)
            status, [problem] = moved.result()

    assert (status, problem["id"]) == (503, "UNAVAILABLE")
    assert ContentSession.objects.get().progress == 0


def test_lost_connections_are_replaced(school: School, postgres: None):
    """contract 0.11: as when PostgreSQL restarts; 503 at worst, then normal responses."""
    key = school.key()
    with serving(1) as server:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _n: server.ask("GET", "/readyz"), range(8)))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        statuses = set()

        def recovers() -> bool:
            statuses.add(server.ask("POST", START, key, video(user_id="student_ada"))[0])
            return is_ready(server) and 200 in statuses

        until(recovers, "new connections")

    assert statuses <= {200, 503}


@contextmanager
def few_connections(limit: int) -> Iterator[str]:
    """Yield the URL of the database for a role that may have only so many connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT {limit}"
            " IN ROLE pg_read_all_data, pg_write_all_data"
        )
    try:
        yield re.sub("//.*?@", "//few:few@", database_url())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE few")


def test_slow_reads_cannot_take_more_connections_than_there_are(school: School, postgres: None):
    """contract 0.11: 503 in bounded time for what finds no connection, and recovery."""
    key, path = school.key(), "/api/logger/attemptlog"
    with (
        few_connections(3) as url,
        serving(1, DATABASE_URL=url, REQUEST_LOCK_TIMEOUT="60s") as server,
        ThreadPoolExecutor(8) as pool,
    ):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE logger_attemptlog IN ACCESS EXCLUSIVE MODE")
            reads = [pool.submit(server.ask, "GET", path, key) for _number in range(8)]
            # Those that got a connection wait for the table, the others are refused.
            until(lambda: any(each.done() for each in reads), "the first refusal")
            refused, _body = server.ask("GET", "/api/auth/facilityuser", key)
        statuses = {each.result()[0] for each in reads}
        recovered, _body = server.ask("GET", "/api/auth/facilityuser", key)

    assert (refused, recovered) == (503, 200)
    assert statuses == {200, 503}


def test_slow_exports_cannot_take_more_connections_than_there_are(school: School, postgres: None):
    """contract 0.11: 503 in bounded time for what finds no connection, and recovery."""
    client_for(school.ada).work(exercise(), answered("q"))
    key, cookie = school.key(), browser(school.superuser).cookies["sessionid"].value
    limits = {
        "REQUEST_LOCK_TIMEOUT": "60s", "DJANGO_SETTINGS_MODULE": "tests.settings_of_pages",
    }  # fmt: skip
    token = "t" * 32
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={cookie}; csrftoken={token}",
        "X-CSRFToken": token,
    }

    def export(kind: str) -> tuple[int, Any]:
        path = "/admin/logger/attemptlog/export/"
        return server.ask("POST", path, body=f"format={kind}", headers=headers)

    with (
        few_connections(3) as url,
        serving(1, DATABASE_URL=url, **limits) as server,
        ThreadPoolExecutor(8) as pool,
    ):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE logger_attemptlog IN ACCESS EXCLUSIVE MODE")
            exports = [pool.submit(export, kind) for kind in ("csv", "xlsx") * 4]
            until(lambda: any(each.done() for each in exports), "the first refusal")
            refused, _body = server.ask("GET", "/api/auth/facilityuser", key)
        statuses = {each.result()[0] for each in exports}
        recovered, _body = server.ask("GET", "/api/auth/facilityuser", key)
        again, rows = export("csv")

    assert (refused, recovered, again) == (503, 200, 200)
    assert statuses == {200, 503}
    assert school.ada.username in rows


def test_commands_have_no_time_limits(postgres: None):
    """Limits for requests do not apply to a migration or a job."""
    database_settings = {"DATABASE_URL": database_url(), "DATABASE_POOL": "true"}
    code = "from django.db import connection as c; print(c.cursor().execute('SHOW %s').fetchone())"

    def limit(name: str) -> str:
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code % name]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **database_settings,
        }
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert [limit("lock_timeout"), limit("statement_timeout")] == ["('0',)"] * 2


def test_a_client_that_does_not_read_its_response_is_disconnected(school: School):
    """contract 0.11: the client holds no thread, and the server closes the connection."""
    key = school.key()
    create_large_list(client_for(key))
    limits = {"SERVER_THREADS": "1", "CLIENT_SILENCE": "500ms"}
    with serving(1, **limits) as server, stalled_client(server, key) as client:
        status, _body = server.ask("GET", "/healthz")

        assert status == 200
        until(lambda: is_closed(client), "the server to close the connection")


def is_closed(client: socket.socket) -> bool:
    """Send a byte, which a connection that the server closed rejects."""
    try:
        client.sendall(b"G")
    except OSError:
        return True
    return False


def create_large_list(app: Client) -> None:
    """Create a list too large for the buffer of a socket."""
    session = app.start(exercise(user_id="student_ada"))["session_id"]
    AttemptLog.objects.bulk_create(
        AttemptLog(
            session_id=session,
            content_id=uuid7(),
            item="q",
            position=position,
            correct=0,
            answer={"text": "x" * 2_000_000},
            start_timestamp=NOW,
            end_timestamp=NOW,
            facility=ContentSession.objects.get().facility,
        )
        for position in range(16)
    )


@contextmanager
def stalled_client(server: Server, key: str) -> Iterator[Any]:
    """Request the list, check that the response starts, and read no further."""
    request = f"GET /api/logger/attemptlog HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request.encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"
        yield client
