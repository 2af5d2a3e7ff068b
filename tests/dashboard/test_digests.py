"""Weekly digests of coaches, received by a mail server (contract 0.7, 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import Settings

from analytics.models import WeeklyDigest
from config.models import JobRun
from dashboard.digests import next_time, unsubscribe_url
from roster.models import AuditEntry, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.dashboard.practice import browser, practise
from tests.dashboard.smtp_server import SmtpServer, smtp_server
from tests.factories import NOW, School
from tests.threads import together

# NOW is a Monday, 9:30.
NEXT = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
PAGE = "admin:coach_digest"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mail(settings: Settings) -> Iterator[SmtpServer]:
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.PUBLIC_URL = "https://learn.example.org"
        yield server


def switch(viewer: User, action: str, language: str = "en") -> Any:
    return browser(viewer).post(reverse(PAGE), {"action": action, "language": language})


def subscribe(coach: User, language: str = "en") -> None:
    User.objects.filter(pk=coach.pk).update(email=f"{coach.username}@example.org")
    assert switch(coach, "on", language).status_code == 303


def run_jobs() -> None:
    call_command("run_jobs", "--once")


@pytest.mark.django_db(transaction=True)
def test_a_digest_is_sent_once_a_week_with_what_is_new(
    school: School, mail: SmtpServer, clock: Any
):
    practise(school.ada, "0" * 16, days_ago=0)
    run_alert_jobs()
    clock.shift(timedelta(seconds=1))
    subscribe(school.coach)
    clock.shift(timedelta(seconds=1))
    practise(school.ben, "0" * 16, "geometry", days_ago=0)
    practise(school.chen, "0" * 16, "history", days_ago=0)
    run_alert_jobs()
    run_jobs()
    assert not mail.received

    clock.move_to(NEXT)
    for _ in range(2):
        run_jobs()
        clock.shift(timedelta(days=1))

    [message] = mail.received
    text = message.get_content().replace("\r\n", "\n")
    assert message["To"] == "coach@example.org"
    assert message["Subject"] == "LearnTrace: 2 learners newly need help"
    assert "Ada: Inactive" in text
    assert "algebra" not in text, "this alert was open before the digest was switched on"
    assert "(geometry)" in text
    assert "chen" not in text, "another class"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert str(message["List-Unsubscribe"]).strip() == f"<{unsubscribe_url(school.coach)}>"
    assert WeeklyDigest.objects.get().due_at == NEXT + timedelta(days=7)
    clock.move_to(NEXT + timedelta(days=20))
    run_jobs()
    assert len(mail.received) == 2, "one for the weeks without a runner"


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_refuses_stops_no_other_job(
    school: School, mail: SmtpServer, clock: Any
):
    subscribe(school.coach, "ar")
    clock.move_to(NEXT)
    mail.refuses = True
    run_jobs()

    runs = {run.name: run for run in JobRun.objects.all()}
    assert runs["send_digests"].failed_at == NEXT
    assert {name for name, run in runs.items() if run.succeeded_at is None} == {"send_digests"}
    for minutes, attempts in ((2, 1), (5, 2), (10, 2), (16, 3)):
        clock.move_to(NEXT + timedelta(minutes=minutes))
        run_jobs()
        assert mail.attempts == attempts, minutes
    mail.refuses = False
    clock.move_to(NEXT + timedelta(hours=1))
    run_jobs()
    run_jobs()

    [message] = mail.received
    assert any("؀" <= letter <= "ۿ" for letter in str(message["Subject"]))
    assert WeeklyDigest.objects.get().failures == 0


@pytest.mark.django_db(transaction=True)
def test_two_runners_send_one_digest_to_each_coach(school: School, mail: SmtpServer, clock: Any):
    for coach in (school.coach, school.facility_coach, school.foreign_coach):
        subscribe(coach)
    clock.move_to(NEXT)

    together(lambda _number: run_jobs(), 2)

    assert sorted(str(message["To"]) for message in mail.received) == [
        f"{name}@example.org" for name in ("coach", "facility_coach", "foreign_coach")
    ]


@pytest.mark.django_db
def test_coaches_switch_their_own_digest(school: School, clock: Any):
    anybody = Browser(enforce_csrf_checks=True)
    subscribe(school.coach)
    page = browser(school.coach).get(reverse(PAGE)).content.decode()
    assert "coach@example.org" in page
    assert "9 Mar 2026" in page
    assert "no e-mail address" in browser(school.admin).get(reverse(PAGE)).content.decode()
    assert browser(school.ada).get(reverse(PAGE)).status_code == 302
    assert switch(school.coach, "on", "xx").status_code == 400

    path = unsubscribe_url(school.coach).partition("8080")[2]
    assert anybody.get(path).status_code == 200
    assert WeeklyDigest.objects.exists(), "only a POST switches it off"
    assert anybody.post(f"{path}x").status_code == 404
    response = anybody.post(path, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert anybody.post(path).status_code == 200
    assert not WeeklyDigest.objects.exists()

    subscribe(school.coach)
    switch(school.coach, "off")
    assert not WeeklyDigest.objects.exists()
    entries = AuditEntry.objects.filter(object_kind="weeklydigest").order_by("id")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("added", school.coach.pk), ("removed", school.coach.pk),
        ("added", school.coach.pk), ("removed", school.coach.pk),
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_hour_is_that_of_the_facility(school: School):
    school.facility.time_zone = "Asia/Tokyo"
    school.coach.facility = school.facility
    before = datetime(2026, 3, 8, 20, 59, 59, tzinfo=UTC)

    assert next_time(school.coach, before) == datetime(2026, 3, 8, 21, 0, tzinfo=UTC)
    assert next_time(school.coach, before + timedelta(seconds=1)) == datetime(
        2026, 3, 15, 21, 0, tzinfo=UTC
    )
