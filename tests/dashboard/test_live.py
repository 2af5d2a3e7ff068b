"""The front page answers 304 while nothing on it has changed, and asks for its part only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from analytics.events import Source
from analytics.models import Alert, ItemMemory, Skill, SkillState
from roster import services
from roster.models import Facility, LearnerGroup, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.conftest import client_for
from tests.dashboard.practice import browser, practise
from tests.factories import NOW, PASSWORD, School, make_user, video

pytestmark = pytest.mark.django_db
LIVE = {"X-Live": "1"}
STUCK = "0" * 24


def poll(client: Browser, tag: str = "", **query: str) -> Any:
    """Send the request of the page's script."""
    return client.get("/admin/", query, headers={**LIVE, "If-None-Match": tag})


def send(client: Browser, alert: Alert, **form: str) -> Any:
    response = client.post(f"/admin/coach/alerts/{alert.pk}/", form)
    assert response.status_code == HTTPStatus.SEE_OTHER
    return response


def test_every_change_of_what_the_page_shows_changes_its_tag(school: School):
    """contract 0.12a"""
    with time_machine.travel(NOW, tick=False) as clock:
        client = browser(school.coach)
        practise(school.ada, STUCK, days_ago=1)
        run_alert_jobs()
        alert = Alert.objects.get(learner=school.ada)
        state = SkillState.objects.filter(learner=school.ada)

        memories = ItemMemory.objects.filter(studied=True)
        changes: dict[str, Callable[[], object]] = {
            "an answer": lambda: practise(school.ben, "1", days_ago=0),
            "a late answer": lambda: practise(school.ben, "1", "reading", days_ago=5),
            "a study result": lambda: practise(school.ben, "1", days_ago=0, source=Source.STUDY),
            "wrong answers": lambda: practise(school.ben, STUCK, days_ago=0),
            "their alert": run_alert_jobs,
            "a note": lambda: send(client, alert, action="note", note="Hello"),
            "a snooze": lambda: send(client, alert, action="snooze", until="2030-01-01"),
            "a fit": lambda: state.update(mastery=0.123),
            "a threshold": lambda: Facility.objects.update(inactive_days=3),
            "a time zone": lambda: Facility.objects.update(time_zone="Africa/Cairo"),
            "a member": lambda: services.enrol(
                make_user(school.facility, username="late"), school.class_7a
            ),
            "a content": lambda: client_for(User.objects.get(username="late")).start(video()),
            "a name": lambda: User.objects.filter(pk=school.ben.pk).update(full_name="Benjamin"),
            "a learner who left": lambda: User.objects.filter(username="late").update(
                is_active=False
            ),
            "a skill's title": lambda: Skill.objects.update(title="Algebra"),
            "a group": lambda: LearnerGroup.objects.create(classroom=school.class_7a, name="new"),
            "a due time": lambda: memories.update(due=NOW + timedelta(days=5)),
            "a due time of today": lambda: memories.update(due=NOW + timedelta(minutes=1)),
            "an item that falls due": lambda: clock.shift(60),
            "the local day": lambda: clock.shift(timedelta(days=1)),
        }  # fmt: skip
        client.get("/admin/")
        for name, change in changes.items():
            tag = poll(client)["ETag"]
            unchanged = poll(client, tag)
            assert (unchanged.status_code, unchanged.content) == (304, b""), name
            assert unchanged["ETag"] == tag
            change()
            assert poll(client, tag).status_code == 200, name

        tag = poll(client)["ETag"]
        for other in (
            poll(browser(school.facility_coach), tag),
            poll(client, tag, sort="name"),
            poll(client, tag, group=str(school.group.pk)),
            client.get("/admin/", headers={**LIVE, "If-None-Match": tag, "Accept-Language": "ar"}),
            client.get("/admin/", headers={"If-None-Match": tag}),
        ):
            assert other.status_code == 200


def test_the_page_and_its_part(school: School):
    """The part is the inner of the element that the script updates; 304 costs few statements."""
    practise(school.ada, STUCK)
    run_alert_jobs()
    client = browser(school.coach)
    page = client.get("/admin/")

    tag = page.content.decode().split('data-tag="')[1].split('"')[0].replace("&quot;", '"')
    part = poll(client).content.decode()
    assert "<html" not in part
    assert "Who needs help" in part
    with CaptureQueriesContext(connection) as captured:
        assert poll(client, tag).status_code == 304
    few = len(captured)
    assert few <= 12
    whole = client.get("/admin/", headers={"If-None-Match": page["ETag"]})
    assert whole.status_code == 304
    assert "no-store" in whole["Cache-Control"]

    for number in range(5):
        learner = make_user(school.facility)
        services.enrol(learner, school.class_7a)
        practise(learner, STUCK, f"skill {number}")
    run_alert_jobs()
    tag = poll(client)["ETag"]
    with CaptureQueriesContext(connection) as captured:
        assert poll(client, tag).status_code == 304
    assert len(captured) == few
    assert poll(client, tag, **{"class": str(school.class_7b.pk)}).status_code == 404


def test_requests_of_the_script_neither_extend_a_session_nor_start_a_visit(school: School):
    with time_machine.travel(NOW, tick=False) as clock:
        client = Browser()
        client.post("/admin/login/", {"username": "coach", "password": PASSWORD})
        client.get("/admin/")
        clock.shift(timedelta(minutes=40))
        client.get("/admin/")
        practise(school.ada, STUCK, days_ago=0)
        run_alert_jobs()
        for minutes in (30, 25):
            clock.shift(timedelta(minutes=minutes))
            assert "1 new since your last visit" in poll(client).content.decode()
        clock.shift(timedelta(minutes=10))

        assert poll(client).status_code == 302
