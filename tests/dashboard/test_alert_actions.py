"""Coaches act on alerts through plain forms of the front page and the learner's page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from analytics.models import Alert, AlertVisit, LearnerNote
from roster.models import AuditEntry, Role, RoleKind, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.dashboard.practice import browser, look, now, practise
from tests.dashboard.test_overview import STUCK, section
from tests.factories import School, make_user

pytestmark = pytest.mark.django_db
ACTIONS = [
    {"action": "note", "note": "talked to her"},
    {"action": "seen"},
    {"action": "resolve"},
    {"action": "snooze", "until": "2100-01-01"},
]


@pytest.fixture
def alert(school: School) -> Alert:
    practise(school.ada, STUCK)
    run_alert_jobs()
    return Alert.objects.get()


def press(viewer: User, alert: Alert, **form: str) -> Any:
    return browser(viewer).post(reverse("admin:coach_alert", args=[alert.pk]), form)


def help_needed(viewer: User) -> str:
    return section(look(viewer, "index"), "help")


def test_a_coach_writes_a_note_that_all_coaches_of_the_class_read(school: School, alert: Alert):
    response = press(
        school.coach, alert, action="note", note="talked to <her>", next="/admin/?class=x#help"
    )

    assert (response.status_code, response["Location"]) == (303, "/admin/?class=x#help")
    for coach in (school.coach, school.facility_coach):
        for page in (look(coach, "index"), look(coach, "coach_learner", school.ada.pk)):
            assert "talked to &lt;her&gt;" in page
    assert Alert.objects.get().state == "seen"


@pytest.mark.parametrize("form", ACTIONS)
def test_a_coach_of_another_class_gets_a_404(school: School, alert: Alert, form: dict[str, str]):
    other = make_user(school.facility, is_staff=True, external_id=None)
    Role.objects.create(user=other, kind=RoleKind.COACH, classroom=school.class_7b)

    for coach in (other, school.foreign_coach):
        assert press(coach, alert, **form).status_code == 404
        note = reverse("admin:coach_note", args=[school.ada.pk])
        assert browser(coach).post(note, {"note": "hello"}).status_code == 404

    assert Alert.objects.get().state == "new"
    assert not LearnerNote.objects.exists()


@pytest.mark.parametrize("form", ACTIONS)
def test_forms_need_a_token_and_a_staff_login(school: School, alert: Alert, form: dict[str, str]):
    url = reverse("admin:coach_alert", args=[alert.pk])
    careless = Client(enforce_csrf_checks=True)
    careless.force_login(school.coach, backend="roster.authentication.RosterBackend")

    assert careless.post(url, form).status_code == 403
    assert browser(school.ada).post(url, form).status_code == 302
    assert browser(school.coach).get(url).status_code == 405
    assert Alert.objects.get().state == "new"


def test_a_coach_snoozes_until_a_day_of_the_facility(school: School, alert: Alert):
    school.facility.time_zone = "Africa/Cairo"
    school.facility.save()
    until = now() + timedelta(days=3)

    press(school.coach, alert, action="snooze", until=f"{until:%Y-%m-%d}", note="on a trip")

    snoozed = Alert.objects.get()
    assert snoozed.snoozed_until is not None
    assert f"{snoozed.snoozed_until:%H:%M}" == "22:00"
    assert "Snoozed (1)" in help_needed(school.coach)
    assert "on a trip" in help_needed(school.coach)
    assert 'class="concerns"' not in help_needed(school.coach)


def test_resolved_alerts_stay_for_a_week_with_the_mastery_before_and_after(
    school: School, alert: Alert
):
    practise(school.ada, "1" * 20, days_ago=0)

    shown = help_needed(school.coach)

    assert "Resolved in the last seven days (1)" in shown
    assert re.search(r"Mastery \d+ %, then 9\d %", shown), shown
    assert "the reason is gone" in shown
    with time_machine.travel(now() + timedelta(days=8)):
        assert "Resolved in the last" not in help_needed(school.coach)
        page = look(school.coach, "coach_learner", school.ada.pk)
        assert re.search(r"Mastery \d+ %, then 9\d %", page)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"action": "note", "note": " "}, "The note is empty."),
        (
            {"action": "note", "note": "x" * 2_001},
            "A note has at most 2000 characters",
        ),
        ({"action": "snooze"}, "Choose a day until which to snooze."),
        ({"action": "snooze", "until": "soon"}, "Choose a day until which to snooze."),
        ({"action": "snooze", "until": "2020-01-01"}, "Choose a day after today."),
        ({"action": "snooze", "until": "9999-12-31"}, ""),
        ({"action": "explode"}, "Press one of the buttons."),
        ({}, "Press one of the buttons."),
        ({"action": "seen", "next": "https://elsewhere.example"}, ""),
    ],
)
def test_invalid_forms_say_what_is_wrong(
    school: School, alert: Alert, form: dict[str, str], message: str
):
    client = browser(school.coach)

    response = client.post(reverse("admin:coach_alert", args=[alert.pk]), form, follow=True)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert response.redirect_chain[0][0].startswith("/admin/")


def test_a_resolved_alert_cannot_be_snoozed(school: School, alert: Alert):
    press(school.coach, alert, action="resolve")
    client = browser(school.coach)

    form = {"action": "snooze", "until": "2100-01-01"}
    response = client.post(reverse("admin:coach_alert", args=[alert.pk]), form, follow=True)

    assert "the alert is resolved already" in response.content.decode()
    assert Alert.objects.get().state == "resolved"


def test_a_note_about_a_learner_without_alerts(school: School):
    url = reverse("admin:coach_note", args=[school.ben.pk])

    browser(school.coach).post(url, {"note": "his mother called"})

    assert "his mother called" in look(school.coach, "coach_learner", school.ben.pk)
    entry = AuditEntry.objects.get(object_kind="learnernote")
    assert entry.actor_id == school.coach.pk
    assert "mother" not in str(entry.changes)


def test_alerts_since_the_last_visit_are_counted(school: School, alert: Alert):
    """Pages opened within an hour are one visit."""
    assert "1 new since your last visit" in help_needed(school.coach)
    assert "1 new since your last visit" in help_needed(school.coach)
    with time_machine.travel(now() + timedelta(hours=2)):
        practise(school.ben, STUCK, days_ago=0)
        page = help_needed(school.coach)
        assert "1 new since your last visit" in page
        assert page.count('class="badge new">new<') == 2
    with time_machine.travel(now() + timedelta(hours=4)):
        assert "since your last visit" not in help_needed(school.coach)
    assert AlertVisit.objects.count() == 1


def test_learners_who_have_not_started_are_shown(school: School):
    run_alert_jobs()

    with time_machine.travel(now() + timedelta(days=8)):
        shown = help_needed(school.coach)

    assert shown.count("○</span> Not started</span>") == 2
    assert "No answer within 8 days; the threshold is 7." in shown
