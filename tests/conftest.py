"""Fixtures: the school, and API clients for each kind of caller."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from roster.models import User
from tests.factories import School, make_school
from tests.flush import sql_flush

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_BROWSER = "Chromium is not installed (Debian: chromium)"

# No deadline: a slow machine is not a failure. The benchmarks measure durations.
settings.register_profile("learntrace", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("learntrace")

Caller = User | AnonymousUser | str | None


class Client(APIClient):
    """A client of the API; bodies are JSON."""

    def generic(self, method: str, path: str, *args: Any, **extra: Any) -> Any:  # type: ignore[override]
        """Send a request with its path as it is in the URL, as the server passes it on."""
        raw_path = urlsplit(path).path
        return super().generic(method, path, *args, **{"RAW_PATH": raw_path, **extra})

    def start(self, body: dict[str, Any]) -> dict[str, Any]:
        """Start a session and assert that it succeeds."""
        response = self.post("/api/logger/contentsession", body, format="json")
        assert response.status_code == 200, response.content
        return response.json()

    def move(self, session_id: str, **body: Any) -> dict[str, Any]:
        """Update a session and assert that it succeeds."""
        response = self.put(f"/api/logger/contentsession/{session_id}", body, format="json")
        assert response.status_code == 200, response.content
        return response.json()

    def work(self, body: dict[str, Any], *interactions: dict[str, Any]) -> dict[str, Any]:
        """Start a session and send interactions, one PUT each; return the session."""
        session = self.start(body)
        for interaction in interactions:
            self.move(session["session_id"], interactions=[interaction])
        return session


def client_for(caller: Caller) -> Client:
    """Return a client for a person (logged in), a key (its secret) or a guest (None)."""
    client = Client()
    if isinstance(caller, User):
        client.force_login(caller, backend="roster.authentication.RosterBackend")
    elif isinstance(caller, str):
        client.credentials(HTTP_X_API_KEY=caller)
    return client


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if CHROMIUM is None:
        line = f"THE PAGES WERE NOT TRIED IN A BROWSER: {NO_BROWSER}"
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def _fast_flush() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], Any]]:
    """Share what is stored `with kept():` among all tests of a module, in one transaction.

    Each test rolls back its own changes. No test of the module may be transactional or need an
    empty database.
    """
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()  # type: ignore[attr-defined]
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        TestCase._rollback_atomics(atomics)  # type: ignore[attr-defined]


@pytest.fixture
def school(db: None) -> School:
    return make_school()


@pytest.fixture
def ada(school: School) -> Client:
    return client_for(school.ada)


@pytest.fixture
def app(school: School) -> Client:
    """Return a client of an app of the school, whose key can read and write."""
    return client_for(school.key())


@pytest.fixture
def guest(school: School) -> Client:
    school.elsewhere.delete()
    return client_for(None)


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[CaptureQueriesContext]]:
    return lambda: CaptureQueriesContext(connection)
