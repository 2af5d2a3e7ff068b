"""Delays after failed logins, by account, device and address: contract 1.8."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from infra.api.rate_limit import Rate
from roster import logins
from tests.conftest import Client
from tests.factories import PASSWORD, School
from tests.threads import CLIENTS, together

LOGIN = "/api/auth/session"
LIMIT = 3


@pytest.fixture
def clock(settings: Settings) -> Iterator[Any]:
    settings.AXES_FAILURE_LIMIT = LIMIT
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as travelled:
        yield travelled


def log_in(client: Client | None = None, username: str = "coach", password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password}
    return (client or Client()).post(LOGIN, body)


def fail(username: str = "coach", *, times: int = LIMIT, client: Client | None = None) -> Any:
    """Fail to log in, each time from another address; return the last response."""
    for number in range(times):
        from_there = client or Client(REMOTE_ADDR=f"10.0.0.{number}")
        response = log_in(from_there, username, "wrong")
    return response


def test_the_delay_of_an_account_grows_whatever_the_addresses(school: School, clock: Any):
    """contract 1.8: twice as long after each failure, up to LOGIN_LOCKOUT."""
    delays = [int(fail().headers["Retry-After"])]
    for _turn in range(6):
        clock.shift(delays[-1] - 1)
        assert log_in(Client(REMOTE_ADDR="10.9.9.9")).status_code == 429
        clock.shift(1)
        delays.append(int(fail(times=1).headers["Retry-After"]))

    assert delays == [30, 60, 120, 240, 480, 900, 900]


def test_a_refused_login_does_not_prolong_the_delay(school: School, clock: Any):
    fail()
    for _second in range(30):
        assert log_in().status_code == 429
        clock.shift(1)

    assert log_in().status_code == 200
    assert log_in(username="coach", password="wrong").status_code == 401


def test_a_known_device_is_exempt(school: School, clock: Any):
    """contract 1.8: pupils who guess their teacher's password do not lock out the teacher."""
    teacher = Client()
    log_in(teacher)
    teacher.delete("/api/auth/session/current")
    fail(times=LIMIT + 1)

    assert log_in().status_code == 429
    assert log_in(teacher).status_code == 200
    assert log_in().status_code == 429


def test_a_known_device_has_a_delay_of_its_own(school: School, clock: Any):
    """contract 1.8: a stolen device is not a way to guess without end."""
    stolen = Client()
    log_in(stolen)

    assert fail(client=stolen).status_code == 429
    assert log_in(stolen).status_code == 429
    assert log_in().status_code == 200


def test_a_device_is_known_only_for_the_people_who_logged_in(school: School, clock: Any):
    device = Client()
    log_in(device, "ada")
    fail("coach")

    assert log_in(device).status_code == 429


def test_a_forged_device_is_unknown(school: School, clock: Any):
    device = Client()
    log_in(device)
    device.cookies["device"] = device.cookies["device"].value[:-1] + "x"
    fail()

    assert log_in(device).status_code == 429


def test_a_device_is_known_after_a_login_to_the_admin(school: School, clock: Any):
    browser = Browser()
    body = {"username": "coach", "password": PASSWORD}

    assert browser.post("/admin/login/?next=/admin/", body).status_code == 302
    fail()

    cookie = browser.cookies["device"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert browser.post("/admin/login/?next=/admin/", body).status_code == 302


def test_an_address_has_a_low_limit_of_failures(school: School, clock: Any, settings: Settings):
    """contract 1.8: for all usernames together; known devices are exempt."""
    known = Client()
    log_in(known, "ada")
    settings.THROTTLES = {"login_failure": Rate.parse("4/hour")}

    statuses = [log_in(None, f"name{number}", "wrong").status_code for number in range(5)]

    assert statuses == [401] * 4 + [429]
    assert log_in(None, "ben").headers["Retry-After"] == "900"
    assert log_in(known, "ada").status_code == 200
    assert log_in(Client(REMOTE_ADDR="10.0.0.2"), "ben").status_code == 200


def test_an_unknown_username_is_delayed_alike(school: School, clock: Any):
    """contract 1.8: no response shows whether a user exists."""

    def failing(username: str) -> list[tuple[int, bytes, str | None]]:
        responses = [fail(username, times=1) for _turn in range(LIMIT + 1)]
        return [
            (response.status_code, response.content, response.headers.get("Retry-After"))
            for response in responses
        ]

    assert failing("coach") == failing("nobody")


def test_failures_are_forgotten_after_a_day(school: School, clock: Any):
    fail(times=LIMIT - 1)
    clock.shift(timedelta(days=1))

    assert fail(times=1).status_code == 401
    assert AccessAttempt.objects.get().failures_since_start == 1
    clock.shift(timedelta(days=1))
    assert logins.purge_failures(timezone.now()) == 1
    assert not AccessAttempt.objects.exists()


def test_a_clock_that_is_set_back_does_not_prolong_a_delay(school: School, clock: Any):
    fail()
    clock.shift(timedelta(hours=-2))

    assert log_in().status_code == 200


def test_an_administrator_can_end_a_delay(school: School, clock: Any):
    """As operations.md says."""
    fail()

    call_command("axes_reset_username", "coach")

    assert log_in().status_code == 200


@pytest.mark.django_db(transaction=True)
def test_simultaneous_attempts_after_a_delay_count_as_one(school: School, clock: Any):
    """contract 1.8: many connections are not faster than one."""
    fail()
    clock.shift(30)

    statuses = [
        response.status_code for response in together(lambda _number: fail(times=1), CLIENTS)
    ]

    assert statuses == [429] * CLIENTS
    assert AccessAttempt.objects.get().failures_since_start == LIMIT + 1
