"""`GET /api/v1/model-quality` and its page: contract 4.4, learning-science 8."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import LearningEvent
from roster.models import Scope
from tests.analytics.event_builders import answer, data_of, refused, tracked
from tests.conftest import Client, client_for
from tests.dashboard.practice import browser, look
from tests.factories import NOW, School, make_key

QUALITY = "/api/v1/model-quality"


def practise(app: Client, right: str, *, days_ago: float = 1, **fields: Any) -> None:
    """Track one answer a letter, r for right and w for wrong, a second apart."""
    for number, letter in enumerate(right):
        at = NOW - timedelta(days=days_ago) + timedelta(seconds=number)
        tracked(app, answer(is_correct=letter == "r", timestamp=at.isoformat(), **fields))


def rows(client: Client, **query: Any) -> list[dict[str, Any]]:
    with time_machine.travel(NOW, tick=False):
        found: list[dict[str, Any]] = data_of(client.get(QUALITY, query))
    return found


@pytest.fixture
def _answered(app: Client) -> None:
    with time_machine.travel(NOW - timedelta(days=1.5), tick=False):
        practise(app, "w" * 16, days_ago=2)
        call_command("run_jobs", "--once")
    with time_machine.travel(NOW, tick=False):
        practise(app, "w" * 14)
        practise(app, "rwrr", skill_id="geometry", user="student_ben")


@pytest.mark.usefixtures("_answered")
def test_predictions_and_alerts_are_compared_with_the_answers(school: School, app: Client):
    overall, algebra, geometry = rows(app)

    assert overall.keys() == {
        "facility_id", "skill_id", "answers", "auc", "log_loss", "default_log_loss", "drift",
        "calibration", "alerts", "refit_suggested",
    }  # fmt: skip
    assert {row["facility_id"] for row in (overall, algebra, geometry)} == {school.facility.pk.hex}
    assert [row["skill_id"] for row in (overall, algebra, geometry)] == [
        None,
        "algebra",
        "geometry",
    ]
    assert [row["answers"] for row in (overall, algebra, geometry)] == [34, 30, 4]
    assert algebra["alerts"] == {"raised": 1, "confirmed": 1, "refuted": 0}
    assert algebra["auc"] is None
    assert 0.5 < overall["auc"] <= 1
    assert len(overall["calibration"]) == 10
    assert sum(count for _, _, count in overall["calibration"]) == 34
    events = LearningEvent.objects.filter(skill__code="geometry")
    expected = sum(event.score - event.p_correct for event in events) / 4
    assert geometry["drift"] == pytest.approx(expected, abs=1e-4)
    assert not overall["refit_suggested"]


def test_only_the_answers_of_the_days_count(app: Client):
    with time_machine.travel(NOW, tick=False):
        practise(app, "w" * 30, days_ago=20)
        call_command("run_jobs", "--once")
        practise(app, "rw", days_ago=2, skill_id="geometry")

    assert [row["answers"] for row in rows(app, days=7)] == [2, 2]
    assert rows(app, days=7)[0]["alerts"]["raised"] == 0
    assert [row["answers"] for row in rows(app, days=30)] == [32, 30, 2]


@pytest.mark.usefixtures("_answered")
@pytest.mark.parametrize(
    ("caller", "facilities"),
    [
        ("admin", 1),
        ("facility_coach", 1),
        ("superuser", 2),
        ("coach", 0),
        ("ada", 0),
        ("stranger", 0),
        ("foreign_coach", 0),
    ],
)
def test_staff_see_their_facility(school: School, caller: str, facilities: int):
    """contract 0.7, 4.4: anything foreign is unknown."""
    found = rows(client_for(getattr(school, caller)))

    assert sum(row["skill_id"] is None for row in found) == facilities
    assert any(row["skill_id"] == "algebra" for row in found) == (facilities > 0)


@pytest.mark.usefixtures("_answered")
def test_keys_need_the_read_scope_and_see_their_facility(school: School):
    assert len(rows(client_for(school.key(Scope.READ)))) == 3
    [empty] = rows(client_for(make_key(school.elsewhere)))
    assert (empty["answers"], empty["auc"], empty["log_loss"]) == (0, None, None)
    refused(client_for(school.key(Scope.WRITE)).get(QUALITY), 403)
    refused(client_for(None).get(QUALITY), 401)


@pytest.mark.parametrize("days", ["0", "366", "x", ""])
def test_the_days_must_be_valid(app: Client, days: str):
    assert "days" in refused(app.get(QUALITY, {"days": days}), 400)


def test_the_number_of_statements_does_not_grow(app: Client):
    def count_statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            rows(app)
        return len(captured)

    with time_machine.travel(NOW, tick=False):
        practise(app, "rw")
    few = count_statements()
    with time_machine.travel(NOW, tick=False):
        for number in range(12):
            practise(app, "rw", skill_id=f"skill{number}", user=f"new{number}")

    assert count_statements() == few == 5


@pytest.mark.usefixtures("_answered")
def test_the_page_shows_figures_and_the_calibration(school: School):
    algebra = LearningEvent.objects.filter(skill__code="algebra").first()
    assert algebra is not None
    with time_machine.travel(NOW, tick=False):
        page = look(school.admin, "coach_quality")
        of_skill = look(school.admin, "coach_quality", skill=str(algebra.skill_id))

    assert "1 raised, 1 confirmed, 0 refuted" in page
    assert page.count('<path class="line') == 1 + 2  # no bin has 20 answers
    assert "All skills</h2>" in page
    assert "<bdi>algebra</bdi></h2>" in of_skill


@pytest.mark.usefixtures("_answered")
def test_bins_with_enough_answers_are_drawn(school: School, app: Client):
    with time_machine.travel(NOW, tick=False):
        practise(app, "w" * 40, days_ago=0.5)
        page = look(school.admin, "coach_quality")

    counts = re.findall(r"n = (\d+)", page)
    assert counts
    assert all(int(count) >= 20 for count in counts)


def test_the_page_of_no_answers_says_so(school: School):
    assert "No answers in these days." in look(school.facility_coach, "coach_quality")


@pytest.mark.parametrize(
    ("caller", "query", "status"),
    [
        ("coach", "", 404),
        ("foreign_coach", "", 404),
        ("admin", "?facility={}", 404),
        ("superuser", "?facility={}", 200),
        ("admin", "?days=0", 400),
        ("admin", "?skill=x", 404),
    ],
)
def test_only_staff_of_the_facility_see_the_page(
    school: School, caller: str, query: str, status: int
):
    url = reverse("admin:coach_quality") + query.format(school.elsewhere.pk)

    assert browser(getattr(school, caller)).get(url).status_code == status
