"""Forecast of reviews: how many items fall due on each of the next days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import ItemMemory
from analytics.selectors.daily_activity import LearnersByZone
from dashboard.charts import Bar, BarChart
from infra.admin.formats import day
from infra.time_zones import local_day, start_of_day

DAYS = 14
_DAY = timedelta(days=1)


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
    """Return the reviews of some learners in one statement, which returns 15 rows at most.

    Parameters
    ----------
    by_zone : ids of the learners, by the time zone of their facility; today is that of the first.
    """
    learner_ids = [pk for ids in by_zone.values() for pk in ids]
    counts: Mapping[int, int] = {}
    if learner_ids:
        studied = ItemMemory.objects.filter(_before_end(by_zone, at), studied=True)
        numbered = studied.annotate(number=_number_of_day(by_zone, at)).order_by()
        rows = numbered.values_list("number").annotate(Count("pk"))
        counts = dict(rows)
    zone = next(iter(by_zone), None)
    return DueForecast(
        today=local_day(at, zone) if zone else at.date(),
        due=counts.get(0, 0),
        by_day=[counts.get(number, 0) for number in range(1, DAYS + 1)],
    )


def _before_end(by_zone: LearnersByZone, at: datetime) -> Q:
    condition = Q()
    for zone, learner_ids in by_zone.items():
        end = start_of_day(local_day(at, zone) + DAYS * _DAY, zone)
        condition |= Q(learner__in=learner_ids, due__lt=end)
    return condition


def _number_of_day(by_zone: LearnersByZone, at: datetime) -> Case:
    """Return 0 for an item that is due, else the number of the day on which it falls due, from 1.

    `_before_end` bounds the last day.
    """
    ends = [When(due__lte=at, then=Value(0))]
    for zone, learner_ids in by_zone.items():
        of_zone = Q() if len(by_zone) == 1 else Q(learner__in=learner_ids)
        today = local_day(at, zone)
        ends += [
            When(of_zone & Q(due__lt=start_of_day(today + number * _DAY, zone)), then=Value(number))
            for number in range(1, DAYS + 1)
        ]
    return Case(*ends, output_field=IntegerField())
