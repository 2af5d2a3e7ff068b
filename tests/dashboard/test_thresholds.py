"""Thresholds of a facility's alerts: previewed and changed by its admins (contract 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import Alert, SkillState
from roster.models import AuditEntry, Facility, User
from tests.analytics.alert_jobs import run_alert_jobs
from tests.analytics.test_alerts import STUCK, alerts_of
from tests.dashboard.practice import browser, look, practise
from tests.dashboard.test_overview import section
from tests.factories import NOW, School

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def url_of(school: School) -> str:
    return reverse("admin:coach_thresholds", args=[school.facility.pk])


def submit(viewer: User, school: School, action: str, **values: Any) -> Any:
    return browser(viewer).post(url_of(school), {"action": action, **values})


def test_thresholds_are_previewed_then_saved_and_the_alerts_checked(school: School):
    practise(school.ada, "1010101010" + "0" * 7, days_ago=4)
    practise(school.ben, "11", days_ago=4)
    run_alert_jobs()
    assert alerts_of(school.ada) == [("plateau", "algebra", "new")]
    values = {"plateau_certainty": "0.99", "inactive_days": "3", "spinning_answers": "20"}

    preview = submit(school.admin, school, "preview", **values).content.decode()

    assert "for <strong>2</strong> of 3 learners; with the saved ones for <strong>1</strong>" in (
        preview
    )
    assert Facility.objects.filter(pk=school.facility.pk, inactive_days=None).exists()
    run_alert_jobs()
    assert alerts_of(school.ben) == []

    assert submit(school.admin, school, "save", **values).status_code == 303
    run_alert_jobs()

    assert alerts_of(school.ada) == [
        ("declining", "algebra", "new"), ("inactive", None, "new"),
    ]  # fmt: skip
    assert alerts_of(school.ben) == [("inactive", None, "new")]
    entry = AuditEntry.objects.get(object_kind="facility")
    assert (entry.actor_id, entry.changes) == (
        school.admin.pk,
        {
            "plateau_certainty": [None, 0.99],
            "inactive_days": [None, 3],
            "spinning_answers": [None, 20],
        },
    )
    help_needed = section(look(school.coach, "index"), "help")
    assert "No answer for 4 days; the threshold is 3." in help_needed
    assert "without an open alert" not in help_needed


def test_a_learner_below_the_shipped_certainty(school: School):
    """The model's flag and its state stay as they are; only the alert follows the facility."""
    practise(school.ada, "1010101010" + "0" * 4)
    run_alert_jobs()
    assert alerts_of(school.ada) == [("wheel_spinning", "algebra", "new")]
    stuck = SkillState.objects.get().p_stuck
    assert 0.5 <= stuck < 0.62

    submit(school.admin, school, "save", plateau_certainty="0.5")
    run_alert_jobs()

    alert = Alert.objects.get()
    assert (alert.kind, alert.figures["threshold"]) == ("plateau", 0.5)
    assert not SkillState.objects.get().plateau
    submit(school.admin, school, "save", plateau_certainty=str(stuck / 0.8 - 1e-6))
    run_alert_jobs()
    assert alerts_of(school.ada) == [("plateau", "algebra", "new")], "kept from .8 of the certainty"


def test_inactive_learners_are_checked_on_the_day_of_the_threshold(school: School, clock: Any):
    practise(school.ada, "111", days_ago=0)
    submit(school.admin, school, "save", inactive_days="10")
    run_alert_jobs()

    clock.shift(timedelta(days=9))
    run_alert_jobs()
    assert alerts_of(school.ada) == []
    clock.shift(timedelta(days=1))
    run_alert_jobs()

    assert alerts_of(school.ada) == [("inactive", None, "new")]
    page = look(school.coach, "coach_learner", school.ada.pk)
    assert "No answer for 10 days; the threshold is 10." in page


def test_only_admins_of_the_facility_see_and_change_them(school: School):
    for viewer in (school.coach, school.facility_coach, school.foreign_coach):
        assert browser(viewer).get(url_of(school)).status_code == 404
        assert submit(viewer, school, "save", inactive_days="3").status_code == 404
    assert browser(school.ada).get(url_of(school)).status_code == 302
    for name, value in {
        "plateau_certainty": "nan", "inactive_days": "0", "spinning_answers": "99999999999",
    }.items():  # fmt: skip
        response = submit(school.superuser, school, "save", **{name: value})
        assert response.status_code == 200
        assert "errorlist" in response.content.decode()
    assert not AuditEntry.objects.filter(object_kind="facility").exists()
    form = browser(school.admin).get(
        reverse("admin:roster_facility_change", args=[school.facility.pk])
    )
    assert url_of(school) in form.content.decode()


def test_a_preview_takes_as_many_statements_for_many_learners_as_for_one(school: School):
    counts = []
    for learner in (school.ada, school.ben):
        practise(learner, STUCK)
        run_alert_jobs()
        with CaptureQueriesContext(connection) as statements:
            submit(school.admin, school, "preview", inactive_days="3")
        counts.append(len(statements))

    assert counts[0] == counts[1]
