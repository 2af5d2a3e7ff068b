"""Forecast of reviews: how many items fall due on each of the next days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    IntegerField,
    QuerySet,
    UUIDField,
    Value,
    When,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import ItemMemory
from analytics.selectors.daily_activity import LearnersByZone
from dashboard.charts import Bar, BarChart
from infra.admin.formats import day
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, Param
from infra.time_zones import local_day, start_of_day

DAYS = 14
_DAY = timedelta(days=1)


def _count_by_day() -> QuerySet[ItemMemory]:
    """Count studied items: 0 is those that are due, n is those that fall due on the nth day."""

    def time(name: str) -> Param:
        return Param(name, DateTimeField())

    number_of_day = Case(
        When(due__lte=time("now"), then=Value(0)),
        *(When(due__lt=time(f"end_{number}"), then=Value(number)) for number in range(1, DAYS + 1)),
        output_field=IntegerField(),
    )
    studied = ItemMemory.objects.filter(
        learner_id__any_of=ManyParam("learners", UUIDField()),
        studied=True,
        due__lt=time(f"end_{DAYS}"),
    ).order_by()
    numbered = studied.annotate(number=number_of_day)
    counted: QuerySet[Any] = numbered.values_list("number").annotate(Count("pk"))
    return counted


_COUNTS_BY_DAY = CompiledQuery(_count_by_day)


@dataclass(frozen=True, kw_only=True)
class DueForecast:
    """The studied items that are `due` now, and those that fall due on each day from `today` on.

    The first of the `DAYS` days counts what falls due in the rest of today.
    """

    today: date
    due: int
    by_day: Sequence[int]

    @property
    def chart(self) -> BarChart | None:
        """A chart of the reviews; None if there is none in these days."""
        total = sum(self.by_day)
        if not self.due and not total:
            return None
        days = [self.today + number * _DAY for number in range(DAYS)]
        counts = [(_("Due now"), self.due), *zip(map(day, days), self.by_day, strict=True)]
        description = ngettext("{due} item is due now", "{due} items are due now", self.due).format(
            due=self.due
        )
        return BarChart(
            title=_("Reviews of the next 14 days"),
            description=_("{due}; {number} more fall due in the next {days} days.").format(
                due=description, number=total, days=DAYS
            ),
            x_label=_("Day"),
            y_label=_("Items"),
            bars=[Bar(label=label, value=count, text=str(count)) for label, count in counts],
        )


def get_due_forecast(by_zone: LearnersByZone, *, at: datetime) -> DueForecast:
    """Return the reviews of some learners in one statement for each time zone.

    Parameters
    ----------
    by_zone : ids of the learners, by the time zone of their facility; today is that of the first.
    """
    counts: Counter[int] = Counter()
    for zone, learner_ids in by_zone.items():
        today = local_day(at, zone)
        ends = {
            f"end_{number}": start_of_day(today + number * _DAY, zone)
            for number in range(1, DAYS + 1)
        }
        rows = _COUNTS_BY_DAY.rows(learners=learner_ids, now=at, **ends)
        counts.update(dict(rows))
    zone_of_first = next(iter(by_zone), None)
    return DueForecast(
        today=local_day(at, zone_of_first) if zone_of_first else at.date(),
        due=counts[0],
        by_day=[counts[number] for number in range(1, DAYS + 1)],
    )
