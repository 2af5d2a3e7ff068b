"""Error pages for people: contract 0.11, 0.13."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings
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
def test_a_page_without_a_database_gets_retry_after(browser: Browser, path: str):
    """contract 0.11: 503 with Retry-After like the APIs, as a page with an explanation."""
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


def test_an_admin_login_without_a_database_gets_retry_after(school: School):
    """contract 0.11."""
    browser = Browser(raise_request_exception=False)
    body = {"username": "coach", "password": PASSWORD}

    with failing_with(OperationalError("database is locked")):
        page = browser.post("/admin/login/?next=/admin/", body)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "1")
    assert browser.post("/admin/login/?next=/admin/", body).status_code == 302


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/schema", "/nothing"])
def test_static_pages_work_without_a_database(browser: Browser, path: str):
    """They do not even load the user."""
    browser.cookies.clear()

    with failing_with(OperationalError("the server is away")):
        page = browser.get(path)

    assert page.status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("path", ["/", "/api/docs", "/api/schema", "/nothing"])
def test_static_pages_work_without_a_database_for_logged_in_users(browser: Browser, path: str):
    with failing_with(OperationalError("the server is away")):
        page = browser.get(path)

    assert page.status_code == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("error", [IntegrityError("clash"), DatabaseError("no such column")])
def test_server_errors_are_not_reported_as_outages(browser: Browser, error: DatabaseError):
    """Errors that would occur again get status 500 and are logged."""
    with failing_with(error):
        page = browser.get("/admin/roster/user/")

    assert page.status_code == 500
    assert b"<h1>Server error</h1>" in page.content


@pytest.mark.parametrize(("address", "is_named"), [("127.0.0.1", True), ("192.0.2.7", False)])
def test_the_own_machine_learns_which_setting_allows_a_host(
    school: School, address: str, is_named: bool
):
    page = Browser().get("/admin/", HTTP_HOST="learn.example.org", REMOTE_ADDR=address)

    assert page.status_code == 400
    assert ("ALLOWED_HOSTS" in page.content.decode()) == is_named


def test_a_login_by_http_says_that_its_cookie_would_be_lost(school: School, settings: LazySettings):
    settings.ALLOWED_HOSTS, settings.SESSION_COOKIE_SECURE = ["learn.example.org"], True

    def warns(**options: Any) -> bool:
        return "COOKIES_SECURE" in Browser().get("/admin/login/", **options).content.decode()

    assert warns(HTTP_HOST="learn.example.org")
    assert not warns(HTTP_HOST="learn.example.org", secure=True)
    settings.ALLOWED_HOSTS = ["localhost"]
    assert not warns(HTTP_HOST="localhost:8080")
