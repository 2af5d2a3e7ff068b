"""Pages for people when something cannot be served: contract 0.11, 0.13."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import Error as DatabaseError
from django.db import IntegrityError, OperationalError, connection
from django.test import Client as Browser

from tests.factories import PASSWORD, School


@pytest.fixture
def browser(school: School) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(school.superuser, backend="roster.authentication.RosterBackend")
    return browser


def failing_with(error: DatabaseError) -> Any:
    def fail(*_args: Any) -> None:
        raise error

    return connection.execute_wrapper(fail)


@pytest.mark.parametrize("path", ["/admin/", "/admin/roster/user/", "/admin/logger/attemptlog/"])
def test_a_page_that_needs_an_absent_database_asks_to_come_again(browser: Browser, path: str):
    """contract 0.11: 503 with Retry-After, as the APIs answer, and in words."""
    with failing_with(OperationalError("the server is away")):
        page = browser.get(path)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
    assert page.headers["Content-Type"].startswith("text/html")
    text = page.content.decode()
    assert '<html lang="en">' in text
    assert "<main" in text
    assert "<h1>Busy</h1>" in text
    assert "<script" not in text
    assert "style=" not in text
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert browser.get(path).status_code == 200


def test_a_login_into_the_admin_without_a_database_is_told_to_come_again(school: School):
    """contract 0.11."""
    browser = Browser(raise_request_exception=False)
    body = {"username": "coach", "password": PASSWORD}

    with failing_with(OperationalError("database is locked")):
        page = browser.post("/admin/login/?next=/admin/", body)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
    assert browser.post("/admin/login/?next=/admin/", body).status_code == 302


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/schema", "/admin/login/", "/nothing"])
def test_pages_that_need_no_database_do_without_one(browser: Browser, path: str):
    """Not even to know who is looking."""
    browser.cookies.clear()

    with failing_with(OperationalError("the server is away")):
        page = browser.get(path)

    assert page.status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/schema", "/nothing"])
def test_nor_do_they_for_somebody_with_a_session(browser: Browser, path: str):
    with failing_with(OperationalError("the server is away")):
        page = browser.get(path)

    assert page.status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("error", [IntegrityError("clash"), DatabaseError("no such column")])
def test_our_own_mistakes_are_no_outage(browser: Browser, error: DatabaseError):
    """What would fail again is told as a mistake, and logged."""
    with failing_with(error):
        page = browser.get("/admin/roster/user/")

    assert page.status_code == 500
    assert b"<h1>Server error</h1>" in page.content
