"""A forgotten password is reset by a link in an e-mail: contract 1.8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.scheduler import run_due
from infra.api.rate_limit import Rate
from roster.models import AuditEntry, User
from tests.dashboard.smtp_server import SmtpServer, smtp_server
from tests.factories import NOW, PASSWORD, make_school, make_user

pytestmark = pytest.mark.django_db(transaction=True)

FORM, NEW = "/password-reset", "tangerine bicycle 9"


@pytest.fixture
def mail(settings: Any) -> Iterator[SmtpServer]:
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_IS_SET, settings.PUBLIC_URL = True, "https://learn.example.org"
        yield server


def ask(username: str, **fields: Any) -> tuple[str, int]:
    """Return the page without its secrets, and the number of statements."""
    with CaptureQueriesContext(connection) as queries:
        page = Browser().post(FORM, {"username": username, **fields})
    assert page.status_code == 200
    return page.content.decode(), len(queries)


def log_in(client: Browser, password: str, username: str = "coach") -> int:
    body = {"username": username, "password": password}
    return client.post("/api/auth/session", body, content_type="application/json").status_code


def test_a_link_sets_the_password_once_and_ends_the_sessions(mail: SmtpServer, settings: Any):
    school = make_school()
    User.objects.filter(pk=school.coach.pk).update(email="coach@example.org")
    twin = make_user(school.elsewhere, username="COACH", email="twin@example.org")
    thief = Browser()
    with time_machine.travel(NOW, tick=False) as clock:
        twin.set_password("something else")
        twin.save()
        assert log_in(thief, PASSWORD) == 200
        assert 'href="/password-reset"' in Browser().get("/admin/login/").content.decode()

        # Nobody learns whether there is such an account, or whether it has an address.
        answers = {ask(name) for name in ("coach", "ada", "nobody")}
        assert len(answers) == 1
        mail.refuses = True
        run_due(timezone.now())
        assert mail.received == []
        mail.refuses = False
        clock.shift(timedelta(minutes=2))
        run_due(timezone.now())
        assert {message["To"] for message in mail.received} == {
            "coach@example.org", "twin@example.org"
        }  # fmt: skip
        [message] = [each for each in mail.received if each["To"] == "coach@example.org"]
        assert "(Riverside)" in message.get_content()
        [path] = re.findall(r"https://learn\.example\.org(/\S+)", message.get_content())

        browser = Browser()
        redirect = browser.get(path)
        assert path not in redirect["Location"]
        form = browser.get(redirect["Location"])
        assert form["Referrer-Policy"] == "no-referrer"
        weak = {"new_password1": "coach", "new_password2": "coach"}
        assert browser.post(redirect["Location"], weak).status_code == 200
        both = {"new_password1": NEW, "new_password2": NEW}
        assert browser.post(redirect["Location"], both)["Location"] == f"{FORM}/done"
        assert browser.get(f"{FORM}/done").status_code == 200

        assert thief.get("/api/auth/session/current").json()["kind"] == ["anonymous"]
        assert (log_in(Browser(), PASSWORD), log_in(Browser(), NEW)) == (401, 200)
        assert "is not valid" in Browser().get(path, follow=True).content.decode()
        entry = AuditEntry.objects.get(object_id=school.coach.pk, action="changed")
        assert (entry.actor_name, entry.changes) == (
            "coach", {"password": ["•••", "•••"], "reset by e-mail": True}
        )  # fmt: skip


def test_links_expire_and_requests_are_limited(mail: SmtpServer, settings: Any):
    school = make_school()
    User.objects.filter(pk=school.coach.pk).update(email="coach@example.org")
    make_user(school.elsewhere, username="COACH", email="twin@example.org")
    with time_machine.travel(NOW, tick=False) as clock:
        # A link expires, and the facility narrows the accounts.
        ask("coach", facility=school.elsewhere.pk)
        run_due(timezone.now() + timedelta(minutes=1))
        [message] = mail.received
        [late] = re.findall(r"https://learn\.example\.org(/\S+)", message.get_content())
        clock.shift(timedelta(minutes=61))
        assert "is not valid" in Browser().get(late, follow=True).content.decode()

        # A username has a limit of its own, with the same answer; an address gets a 429.
        settings.THROTTLES = {"password_reset": Rate.parse("1/hour")}
        mail.received.clear()
        pages = {ask("coach")[0] for _turn in range(3)}
        assert len(pages) == 1
        run_due(timezone.now() + timedelta(minutes=1))
        assert len(mail.received) == 2
        settings.THROTTLES = {"login": Rate.parse("1/hour")}
        ask("ada")
        assert Browser().post(FORM, {"username": "ada"}).status_code == 429


def test_without_a_mail_server_the_page_says_whom_to_ask(db: None):
    page = Browser().get(FORM).content.decode()

    assert "Ask an admin of your school" in page
    assert "<form" not in page.partition("<h1>")[2].partition("</main>")[0]
