"""The limits of login sessions: contract 1.8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from roster import services
from roster.models import RoleKind
from tests.conftest import Client
from tests.factories import PASSWORD, School

LOGIN = "/api/auth/session"
CURRENT = "/api/auth/session/current"
LIST = "/api/logger/attemptlog"
ADMIN_LOGIN = "/admin/login/?next=/admin/"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as travelled:
        yield travelled


def log_in(username: str, **fields: Any) -> Client:
    client = Client()
    response = client.post(LOGIN, {"username": username, "password": PASSWORD, **fields})
    assert response.status_code == 200, response.content
    return client


def log_in_to_admin(username: str, **fields: Any) -> Browser:
    browser = Browser()
    body = {"username": username, "password": PASSWORD, **fields}
    assert browser.post(ADMIN_LOGIN, body).status_code == 302
    return browser


def is_logged_in(client: Any) -> bool:
    return bool(client.get(CURRENT).json()["kind"] != ["anonymous"])


@pytest.mark.parametrize("way", [log_in, log_in_to_admin])
def test_a_session_of_staff_ends_after_a_pause(school: School, clock: Any, way: Any):
    """contract 1.8: 60 minutes by default."""
    client = way("coach")

    for _turn in range(4):
        clock.shift(timedelta(minutes=59))
        assert is_logged_in(client)
    clock.shift(timedelta(minutes=60))

    assert not is_logged_in(client)


def test_a_session_of_staff_in_use_ends_after_half_a_day(school: School, clock: Any):
    """contract 1.8: 12 hours by default, for the cookie as for the stored session."""
    client = log_in("coach")
    assert client.cookies["sessionid"]["max-age"] == 12 * 3600

    for _turn in range(23):
        clock.shift(timedelta(minutes=30))
        assert is_logged_in(client)
    clock.shift(timedelta(minutes=30))

    assert not is_logged_in(client)


def test_the_limits_are_settings(school: School, clock: Any, settings: Any):
    settings.STAFF_SESSION_LENGTH = timedelta(hours=2)
    settings.STAFF_SESSION_IDLE = timedelta(minutes=10)
    idle, active = log_in("coach"), log_in("admin")

    for _turn in range(13):
        assert is_logged_in(active)
        clock.shift(timedelta(minutes=9))
    assert is_logged_in(active)
    clock.shift(timedelta(minutes=3))

    assert (is_logged_in(idle), is_logged_in(active)) == (False, False)


def test_a_session_of_a_learner_ends_with_the_browser(school: School, clock: Any):
    """contract 1.8."""
    client = log_in("ada")

    clock.shift(timedelta(hours=13))

    assert client.cookies["sessionid"]["max-age"] == ""
    assert is_logged_in(client)


@pytest.mark.parametrize("username", ["ada", "coach"])
def test_a_shared_computer_is_not_remembered(school: School, clock: Any, username: str):
    """contract 1.8: the session ends with the browser, and after a pause."""
    client = log_in(username, shared_computer=True)

    assert client.cookies["sessionid"]["max-age"] == ""
    assert "device" not in client.cookies
    clock.shift(timedelta(minutes=61))
    assert not is_logged_in(client)


def test_the_admin_form_offers_a_shared_computer(school: School, clock: Any):
    own, shared = log_in_to_admin("coach"), log_in_to_admin("coach", shared_computer="on")

    assert b'name="shared_computer"' in Browser().get(ADMIN_LOGIN).content
    assert own.cookies["sessionid"]["max-age"] == 12 * 3600
    assert shared.cookies["sessionid"]["max-age"] == ""


def test_a_failed_login_leaves_another_session_as_it_is(school: School):
    browser = log_in_to_admin("coach", shared_computer="on")

    browser.post(ADMIN_LOGIN, {"username": "admin", "password": "wrong"})
    browser.get(ADMIN_LOGIN)

    assert browser.cookies["sessionid"]["max-age"] == ""


def test_a_session_ends_when_its_person_becomes_staff(school: School):
    """contract 1.8: it has no limits."""
    client = log_in("ada")

    services.assign_role(school.ada, RoleKind.COACH, school.class_7a)

    assert not is_logged_in(client)


def test_a_session_in_use_costs_no_statement(school: School, clock: Any, statements: Any):
    """Its end is moved every five minutes only."""
    client = log_in("coach")
    with statements() as first:
        client.get(LIST)
    clock.shift(timedelta(minutes=4))
    with statements() as later:
        client.get(LIST)

    assert len(first) == len(later)
    assert not any("UPDATE" in query["sql"] for query in later)


def test_logging_out_clears_the_browser(school: School):
    """contract 1.8: Clear-Site-Data; the device stays known."""
    client, browser = log_in("ada"), log_in_to_admin("coach")

    by_api, by_page = client.delete(CURRENT), browser.post("/admin/logout/")

    for response in (by_api, by_page):
        assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookies["device"].value
    assert not is_logged_in(client)
