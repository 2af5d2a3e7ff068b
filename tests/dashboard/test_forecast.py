"""The forecast of reviews of the next 14 days, of a class and of a learner."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from analytics.events import Source
from analytics.models import ItemMemory
from tests.dashboard.practice import look, practise
from tests.factories import School

pytestmark = pytest.mark.django_db
# In Cairo it is already the 10th, and clocks change on the 24th of April 2026.
AT = datetime(2026, 4, 14, 22, 30, tzinfo=UTC)


def forecast(page: str) -> dict[str, int]:
    """Return the rows of the table of the chart."""
    table = page.split("Reviews of the next 14 days", 1)[1].split("</table>", maxsplit=1)[0]
    rows = re.findall(r"<tr><td>([^<]*)</td><td[^>]*>(\d+)</td></tr>", table)
    return {day: int(number) for day, number in rows}


def plan(school: School, **due: datetime) -> None:
    """Let Ada study items that fall due at these times."""
    for item, at in due.items():
        practise(school.ada, "1", item=item, source=Source.STUDY)
        ItemMemory.objects.filter(item__code=item).update(due=at)


def test_reviews_are_counted_by_the_days_of_the_facility(school: School):
    """Days of 23 and 25 hours are days; what is due comes first, and only studied items count."""
    school.facility.time_zone = "Africa/Cairo"
    school.facility.save()
    midnight = datetime(2026, 4, 15, 22, tzinfo=UTC)
    with time_machine.travel(AT, tick=False):
        plan(
            school,
            overdue=AT - timedelta(days=3),
            just_due=AT,
            later_today=midnight - timedelta(minutes=1),
            tomorrow=midnight,
            # The 24th starts at 1 o'clock: midnight is skipped.
            last_of_23rd=datetime(2026, 4, 23, 21, 59, tzinfo=UTC),
            first_of_24th=datetime(2026, 4, 23, 22, tzinfo=UTC),
            last_day=datetime(2026, 4, 28, 20, 59, tzinfo=UTC),
            too_late=datetime(2026, 4, 28, 21, tzinfo=UTC),
        )
        practise(school.ada, "1", item="never studied")
        ItemMemory.objects.filter(studied=False).update(due=AT)
        pages = [
            look(school.coach, "index"),
            look(school.coach, "coach_learner", school.ada.pk),
        ]
        not_of_ben = look(school.coach, "coach_learner", school.ben.pk)

    for page in pages:
        counts = forecast(page)
        assert list(counts)[:2] == ["Due now", "15 Apr"]
        assert len(counts) == 15
        expected = {
            "Due now": 2, "15 Apr": 1, "16 Apr": 1, "23 Apr": 1, "24 Apr": 1, "28 Apr": 1,
        }  # fmt: skip
        assert {day: number for day, number in counts.items() if number} == expected
        assert "2 items are due now; 5 more fall due in the next 14 days." in page
    assert "Reviews of the next 14 days" not in not_of_ben


def test_learners_of_several_time_zones_have_their_own_days(school: School):
    school.elsewhere.time_zone = "Asia/Tokyo"
    school.elsewhere.save()
    with time_machine.travel(AT, tick=False):
        for learner in (school.ada, school.stranger):
            practise(learner, "1", item="q", source=Source.STUDY)
        # In UTC it is still the 14th, in Tokyo the 15th.
        ItemMemory.objects.update(due=datetime(2026, 4, 15, 1, tzinfo=UTC))

        counts = forecast(look(school.superuser, "index"))

    assert sorted(number for number in counts.values() if number) == [1, 1]
