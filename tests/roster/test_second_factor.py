"""The second factor of staff: contract 1.8."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client as Browser
from django.urls import reverse
from django_otp.oath import totp

from roster.models import AuditEntry, Facility, User
from tests.factories import NOW, PASSWORD, School

PAGE, FRONT = "admin:second_factor", "admin:index"
LOGIN = "/admin/login/"


def api_login(**fields: Any) -> tuple[int, str | None]:
    """Return the status of a login to the API, and the code of an error."""
    body = {"username": "coach", "password": PASSWORD, **fields}
    response = Browser().post("/api/auth/session", body, content_type="application/json")
    error = response.json()[0]["id"] if response.status_code >= 400 else None
    return response.status_code, error


def admin_login(username: str = "coach", **fields: Any) -> tuple[Browser, str]:
    """Return a browser after a login to the admin, and the error on the page, if any."""
    browser = Browser()
    page = browser.post(LOGIN, {"username": username, "password": PASSWORD, **fields})
    text = page.content.decode()
    return browser, (re.findall(r'class="errornote">(.*?)<', text) or [""])[-1]


def secret_of(page: Any) -> bytes:
    [secret] = re.findall(r'<code class="key">(\w+)<', page.content.decode())
    return b32decode(secret)


def set_up(browser: Browser, clock: Any) -> tuple[bytes, list[str]]:
    """Set up a second factor; return its secret and the recovery codes."""
    url = reverse(PAGE)
    browser.post(url, {"action": "start"})
    page = browser.get(url)
    assert '<svg width="' in page.content.decode()
    assert " style=" not in page.content.decode().partition("<main")[2]
    secret = secret_of(page)
    done = browser.post(url, {"action": "confirm", "code": f"{totp(secret):06}"})
    clock.shift(timedelta(seconds=30))
    return secret, re.findall(r"<li><code>(\w+)<", done.content.decode())


def is_in_admin(browser: Browser) -> bool:
    return browser.get(reverse(FRONT)).status_code == 200


def test_a_login_needs_a_code_once_a_second_factor_is_set_up(school: School):
    assert 'name="code"' not in Browser().get(LOGIN).content.decode()
    with time_machine.travel(NOW, tick=False) as clock:
        coach, _error = admin_login()
        coach.post(reverse(PAGE), {"action": "start"})
        coach.post(reverse(PAGE), {"action": "confirm", "code": "12"})
        assert api_login() == (200, None)
        clock.shift(timedelta(minutes=1))
        secret, codes = set_up(coach, clock)
        assert len(codes) == 10

        assert api_login() == (401, "SECOND_FACTOR_REQUIRED")
        code = f"{totp(secret):06}"
        assert api_login(code=code) == (200, None)
        assert api_login(code=code) == (401, "WRONG_CODE")  # each code works once
        clock.shift(timedelta(minutes=1))
        assert 'name="code"' in Browser().get(LOGIN).content.decode()
        assert "Enter the code" in admin_login()[1]
        assert not is_in_admin(admin_login()[0])
        assert "is wrong" in admin_login(code="000000")[1]
        # Guesses are delayed: even the right code is refused at once after a wrong one.
        assert api_login(code=f"{totp(secret):06}") == (401, "WRONG_CODE")
        clock.shift(timedelta(minutes=1))
        assert is_in_admin(admin_login(code=f"{totp(secret):06}")[0])
        clock.shift(timedelta(minutes=1))
        assert is_in_admin(admin_login(code=f" {codes[0].upper()} ")[0])
        clock.shift(timedelta(minutes=1))
        assert api_login(code=codes[0]) == (401, "WRONG_CODE")
        assert "9 recovery codes are left" in coach.get(reverse(PAGE)).content.decode()

        clock.shift(timedelta(minutes=1))
        coach.post(reverse(PAGE), {"action": "off", "code": "000000"})
        clock.shift(timedelta(minutes=1))
        assert api_login() == (401, "SECOND_FACTOR_REQUIRED")
        coach.post(reverse(PAGE), {"action": "off", "code": codes[1]})
        assert api_login() == (200, None)
    changes = AuditEntry.objects.filter(object_id=school.coach.pk, action="changed")
    assert list(changes.order_by("pk").values_list("actor_name", "changes")) == [
        ("coach", {"second factor": [None, "on"]}), ("coach", {"second factor": ["on", None]}),
    ]  # fmt: skip


def test_a_facility_requires_it_of_its_staff_and_admins_reset_it(school: School):
    Facility.objects.filter(pk=school.facility.pk).update(staff_second_factor=True)
    with time_machine.travel(NOW, tick=False) as clock:
        assert api_login() == (403, "SECOND_FACTOR_REQUIRED")
        assert api_login(username="ada") == (200, None)
        assert api_login(username="foreign_coach") == (200, None)
        coach, _error = admin_login()
        for path in (reverse(FRONT), reverse("admin:own_sessions"), "/admin/password_change/"):
            assert coach.get(path)["Location"] == reverse(PAGE)
        refused = coach.get("/api/logger/attemptlog")
        assert (refused.status_code, refused.json()[0]["id"]) == (403, "SECOND_FACTOR_REQUIRED")
        assert "Your school requires" in coach.get(reverse(PAGE)).content.decode()

        set_up(coach, clock)

        assert is_in_admin(coach)
        assert coach.get("/api/logger/attemptlog").status_code == 200
        admin, _error = admin_login("admin")
        set_up(admin, clock)
        root, _error = admin_login("root")
        assert is_in_admin(root)
        url = reverse("admin:person_sessions", args=[school.coach.pk])
        assert "Reset the second factor" in admin.get(url).content.decode()
        foreign, _error = admin_login("foreign_coach")
        assert foreign.post(url, {"action": "reset_factor"}).status_code == 404
        own = reverse("admin:own_sessions")
        assert admin.post(own, {"action": "reset_factor"}).status_code == 303

        assert admin.post(url, {"action": "reset_factor"}).status_code == 303

        assert not is_in_admin(coach)
        assert api_login() == (403, "SECOND_FACTOR_REQUIRED")
        assert api_login(username="admin") == (401, "SECOND_FACTOR_REQUIRED")
    entry = AuditEntry.objects.filter(object_id=school.coach.pk, action="changed").latest("pk")
    assert (entry.actor_name, entry.changes) == ("admin", {"second factor": ["on", None]})
    # The secrets have no pages in the admin, not even for superusers.
    assert User.objects.get(pk=school.superuser.pk).is_superuser
    assert "otp_totp" not in root.get(reverse(FRONT)).content.decode()


def test_a_session_without_a_code_ends_once_a_second_factor_is_set_up_elsewhere(school: School):
    Facility.objects.filter(pk=school.facility.pk).update(staff_second_factor=True)
    with time_machine.travel(NOW, tick=False) as clock:
        limited, other = admin_login()[0], admin_login()[0]
        coach, _error = admin_login()
        secret, codes = set_up(coach, clock)

        assert limited.get(reverse(FRONT))["Location"] == reverse("admin:login")
        assert limited.get(reverse(PAGE)).status_code == 302
        clock.shift(timedelta(minutes=1))
        body = {"username": "coach", "password": PASSWORD, "code": f"{totp(secret):06}"}
        assert limited.post(LOGIN, body).status_code == 302
        assert is_in_admin(limited)
        clock.shift(timedelta(minutes=1))
        body["code"] = f"{totp(secret):06}"
        api = "/api/auth/session"
        assert other.post(api, body, content_type="application/json").status_code == 200
        assert other.get("/api/logger/attemptlog").status_code == 200
        coach.post(reverse(PAGE), {"action": "off", "code": codes[0]})
        assert "is on" in coach.get(reverse(PAGE)).content.decode()


def test_wrong_codes_are_in_the_audit_log_and_a_failed_reset_changes_nothing(school: School):
    with time_machine.travel(NOW, tick=False) as clock:
        coach, _error = admin_login()
        set_up(coach, clock)
        clock.shift(timedelta(minutes=1))
        assert api_login(code="000000") == (401, "WRONG_CODE")
        [entry] = AuditEntry.objects.filter(action="locked_out")
        assert (entry.object_id, entry.facility_id) == (school.coach.pk, school.facility.pk)
        admin, _error = admin_login("admin")
        url = reverse("admin:person_sessions", args=[school.coach.pk])

        assert admin.post(url, {"action": "reset_factor", "session": "x"}).status_code == 404

        assert api_login() == (401, "SECOND_FACTOR_REQUIRED")
