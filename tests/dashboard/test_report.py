"""The report on one learner in plain words (learning-science 6, contract 0.7)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.models import ItemMemory, LearnerNote, SkillState
from dashboard.selectors.report import MAX_LISTED
from tests.dashboard.practice import browser, look, now, practise
from tests.factories import School

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # 08:30 of the next day in Tokyo


def section(page: str, title: str) -> str:
    """Return the text of a section of the report, without tags and with single spaces."""
    found = re.split(r"<h2>", page)
    [part] = [part for part in found if part.startswith(title)]
    return " ".join(re.sub(r"<[^>]*>", " ", part.split("</section>")[0]).split())


def test_a_report_says_in_plain_words_what_the_learner_did_and_can_do(school: School):
    """Days are those of the facility; only skills with enough answers have a level."""
    school.facility.time_zone = "Asia/Tokyo"
    school.facility.save()
    with time_machine.travel(LATE, tick=False):
        LearnerNote.objects.create(
            learner=school.ada, author_name="coach", at=now(), text="private remark"
        )
        practise(school.ada, "1" * 9, "old", days_ago=28)
        practise(school.ada, "0110" * 3, "algebra", days_ago=27)
        practise(school.ada, "11", "fractions", days_ago=2, seconds=None)
        practise(school.ada, "1" * 8, "geometry", days_ago=0)
        SkillState.objects.filter(skill__code="algebra").update(mastery=0.85, plateau=False)
        ItemMemory.objects.update(studied=True)
        ItemMemory.objects.filter(item__code="q1").update(due=now())

        page = look(school.coach, "coach_report", school.ada.pk)

    recent = section(page, "The last four weeks")
    assert "4 Feb \N{EN DASH} 3 Mar" in recent
    assert "Days with practice 3 of 28 Answers 22 Recorded time of answers 6 m 40 s" in recent
    can_do, working_on = section(page, "Can do"), section(page, "Working on")
    assert "geometry last practised: today" in can_do
    assert "old" in can_do
    assert "algebra nearly there" in working_on
    assert "6 of 12 answers right" in working_on
    assert "fractions" not in can_do + working_on
    assert "fractions" in section(page, "Too few answers to say")
    assert "1 of 3 questions is due for review" in section(page, "Due for review")
    assert "algebra" in section(page, "What helps next")
    report = page.split('<article class="report">')[1].split("</article>")[0]
    assert "private remark" not in page
    assert "%" not in report
    assert not re.search(r"mastery|stuck|plateau|gain|efficiency|item", report, re.IGNORECASE)
    link = reverse("admin:coach_report", args=[school.ada.pk])
    assert link in look(school.coach, "coach_learner", school.ada.pk)


def test_a_report_on_a_learner_who_needs_help_or_has_stopped(school: School):
    practise(school.ada, "0" * 24, days_ago=40)
    assert SkillState.objects.get().plateau

    page = look(school.coach, "coach_report", school.ada.pk)

    assert "No answers. The last one was on" in section(page, "The last four weeks")
    assert "algebra may need help · 0 of 24 answers right" in section(page, "Working on")
    assert "Nothing is fully secure yet." in section(page, "Can do")
    empty = look(school.coach, "coach_report", school.ben.pk)
    assert section(empty, "The last four weeks").endswith("No answers.")
    assert "no questions to review yet" in section(empty, "Due for review")
    assert "Too few answers" not in empty


def statements(client: Any, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, response.content
    return len(captured)


def test_a_report_is_bounded_and_only_for_coaches_of_the_learner(school: School):
    practise(school.ada, "1" * 8, days_ago=2)
    path, client = reverse("admin:coach_report", args=[school.ada.pk]), browser(school.coach)
    few = statements(client, path)

    for number in range(MAX_LISTED + 2):
        practise(school.ada, "1" * 8, f"skill {number}", item=f"of {number}")

    assert statements(client, path) == few <= 16
    assert "and 3 more" in section(client.get(path).content.decode(), "Can do")
    assert "no-store" in client.get(path).headers["Cache-Control"]
    assert browser(school.foreign_coach).get(path).status_code == 404
