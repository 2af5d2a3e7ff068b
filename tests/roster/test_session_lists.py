"""Login sessions are listed and revoked by people themselves and by admins: contract 1.8."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from config.scheduler import run_due
from roster.models import AuditEntry, User
from roster.models.login_sessions import LoginSession
from tests.factories import NOW, PASSWORD, School

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
CURRENT = "/api/auth/session/current"


def log_in(username: str, agent: str, address: str = "203.0.113.77") -> Browser:
    client = Browser(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    body = {"username": username, "password": PASSWORD}
    path = "/api/auth/session"
    assert client.post(path, body, content_type="application/json").status_code == 200
    return client


def is_logged_in(client: Browser) -> bool:
    return bool(client.get(CURRENT).json()["kind"] != ["anonymous"])


def rows(page: Any) -> list[list[str]]:
    """Return the first four cells of each session, without tags."""
    table = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.split("</t[hd]>", row)[:4]]
        for row in table.split("</tr>")[:-1]
    ]


def of(person: User) -> str:
    return reverse("admin:person_sessions", args=[person.pk])


def test_staff_see_and_end_their_own_sessions(school: School, settings: Any):
    settings.LOG_CLIENT_ADDRESS = "truncated"
    own = reverse("admin:own_sessions")
    with time_machine.travel(NOW, tick=False) as clock:
        old, other = log_in("coach", CHROME), log_in("coach", "curl/8.0", "2001:db8:1:2::3")
        clock.shift(timedelta(minutes=20))
        coach = log_in("coach", FIREFOX)
        old.get(CURRENT)
        clock.shift(timedelta(minutes=10))
        old.get(CURRENT)
        clock.shift(timedelta(minutes=1))

        page = coach.get(own)

        day = "2 Mar 2026, "
        assert rows(page) == [
            ["Chrome · Android", "203.0.113.0", f"{day}09:30", f"{day}10:00"],
            ["Firefox · Windows this one", "203.0.113.0", f"{day}09:50", f"{day}09:50"],
            ["curl", "2001:db8:1::", f"{day}09:30", f"{day}09:30"],
        ]
        [row] = LoginSession.objects.filter(device="curl")
        assert coach.post(own, {"session": row.pk}).status_code == 303
        assert coach.post(own, {"session": row.pk}).status_code == 404
        assert coach.post(own, {"session": "x"}).status_code == 404
        assert [is_logged_in(client) for client in (old, other, coach)] == [True, False, True]

        coach.post(own, {"action": "all"})
        assert [is_logged_in(client) for client in (old, other, coach)] == [False, False, True]
        removed = AuditEntry.objects.filter(object_kind="loginsession", action="removed")
        assert list(removed.order_by("pk").values_list("actor_name", "changes__device")) == [
            ("coach", ["curl", None]), ("coach", ["Chrome · Android", None]),
        ]  # fmt: skip

        # A person who sets a password stays logged in, in the same session.
        passwords = {"old_password": PASSWORD, "new_password1": "new " + PASSWORD}
        passwords["new_password2"] = passwords["new_password1"]
        assert coach.post(reverse("admin:password_change"), passwords).status_code == 302
        assert [row[0] for row in rows(coach.get(own))] == ["Firefox · Windows this one"]
        coach.post(reverse("admin:logout"))
        run_due(timezone.now())
        assert not LoginSession.objects.exists()


def test_admins_end_the_sessions_of_their_people_only(school: School):
    ada, coach, admin = (log_in(name, FIREFOX) for name in ("ada", "coach", "admin"))
    stranger, root = log_in("stranger", FIREFOX), log_in("root", FIREFOX)

    change = reverse("admin:roster_user_change", args=[school.ada.pk])
    assert of(school.ada) in admin.get(change).content.decode()
    assert len(rows(admin.get(of(school.ada)))) == 1
    for viewer, person in (
        (admin, school.stranger), (admin, school.superuser),
        (coach, school.ada), (coach, school.admin),
    ):  # fmt: skip
        assert viewer.get(of(person)).status_code == 404
        assert viewer.post(of(person)).status_code == 404
    assert ada.get(of(school.ada)).status_code == 302
    [foreign] = LoginSession.objects.filter(user=school.stranger)
    assert admin.post(of(school.ada), {"session": foreign.pk}).status_code == 404

    assert admin.post(of(school.ada)).status_code == 303
    assert root.post(of(school.stranger)).status_code == 303

    assert [is_logged_in(client) for client in (ada, stranger, coach, admin)] == [
        False, False, True, True,
    ]  # fmt: skip
    assert Session.objects.count() == LoginSession.objects.count() == 3
    [entry] = AuditEntry.objects.filter(object_kind="loginsession", facility=school.facility)
    assert (entry.actor_name, entry.object_name) == ("admin", "login session of Ada")


def test_sessions_that_a_password_or_a_closed_account_ended_are_not_open(school: School):
    coach, other, admin = (log_in(name, FIREFOX) for name in ("coach", "coach", "admin"))
    log_in("ada", FIREFOX)
    own = reverse("admin:own_sessions")
    assert len(rows(coach.get(own))) == 2

    passwords = {"old_password": PASSWORD, "new_password1": "new " + PASSWORD}
    passwords["new_password2"] = passwords["new_password1"]
    coach.post(reverse("admin:password_change"), passwords)

    assert len(rows(coach.get(own))) == 1
    assert not is_logged_in(other)
    User.objects.filter(pk=school.ada.pk).update(is_active=False)
    assert rows(admin.get(of(school.ada))) == []
    passwords = {"old_password": passwords["new_password1"]}
    passwords["new_password1"] = passwords["new_password2"] = "long word " * 110
    page = coach.post(reverse("admin:password_change"), passwords)
    assert "at most 1024 characters" in page.content.decode()
