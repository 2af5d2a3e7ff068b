"""The page of a learner who is logged in (contract 0.7, 0.12a)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import reverse

from dashboard.selectors.report import count_streak
from roster.models import Scope
from tests.dashboard.practice import browser, practise
from tests.dashboard.test_report import section, statements
from tests.factories import PASSWORD, School
from tests.roster.test_tokens import issue

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("days_ago", "streak"), [((), 0), ((0,), 1), ((1, 2), 2), ((2, 3), 0), ((0, 1, 3), 2)]
)
def test_a_streak_ends_today_or_yesterday(days_ago: tuple[int, ...], streak: int):
    days = {MONDAY - timedelta(days=number) for number in days_ago}

    assert count_streak(days, MONDAY) == streak


def test_a_learner_logs_in_and_sees_their_own_page_only(school: School):
    """Days are those of the facility: the last answers are of today there, not in UTC."""
    school.facility.time_zone = "Asia/Tokyo"
    school.facility.save()
    with time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)):
        practise(school.ben, "1" * 8, "secret", days_ago=3)
        for days_ago in (40, 2, 1, 0):
            practise(school.ada, "1" * 4, "geometry", days_ago=days_ago)
        client = Browser()
        form = {"username": "ada", "password": PASSWORD}

        answer = client.post("/admin/login/?next=/admin/", form)

        assert (answer.status_code, answer.headers["Location"]) == (302, "/me")
        response = client.get("/me")
        page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
        assert response.headers["Cache-Control"] == "no-store"
        assert "Days with practice 3 of 28 Answers 12" in section(page, "The last four weeks")
        assert "Days in a row 3" in section(page, "The last four weeks")
        assert "geometry last practised: today" in section(page, "Can do")
        assert "secret" not in page
        for path in ("/admin/", "/admin/login/", "/admin/roster/user/"):
            led = client.get(path, follow=True)
            assert led.redirect_chain[-1] == ("/me", 302), path
        few = statements(client, "/me/")
        for number in range(6):
            practise(school.ada, "1" * 8, f"skill {number}", days_ago=0, item=f"of {number}")
        assert statements(client, "/me/") == few <= 15

        left = client.post("/me")

        assert left.headers["Clear-Site-Data"]
        assert client.get("/me").headers["Location"] == "/admin/login/?next=/me"


def test_staff_are_led_to_the_dashboard_and_a_wrong_password_is_refused(school: School):
    assert browser(school.coach).get("/me").headers["Location"] == reverse("admin:index")
    form = {"username": "ada", "password": "wrong"}
    refused = Browser().post("/admin/login/?next=/me", form)

    assert refused.status_code == 200
    assert "staff" not in refused.content.decode()
    school.ada.is_active = False
    school.ada.save()
    form["password"] = PASSWORD
    assert Browser().post("/admin/login/?next=/me", form).status_code == 200


def test_an_app_shows_the_page_with_a_learner_token(school: School):
    """contract 0.8: the token acts like the login, within the scopes of its key."""
    practise(school.ada, "1" * 4, "geometry")

    def page_with(secret: str) -> Any:
        return Browser().get("/me", HTTP_AUTHORIZATION=f"Bearer {secret}")

    def token_of(key: str) -> str:
        return str(issue(key).json()["token"])

    page = page_with(token_of(school.key()))

    assert "geometry" in page.content.decode()
    assert "Log out" not in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    refused = ["lt_unknown", school.key(), token_of(school.key(Scope.WRITE))]
    assert [page_with(secret).status_code for secret in refused] == [403] * 3
