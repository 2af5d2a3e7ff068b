"""Activity by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.models import LearningEventQuerySet
from dashboard.charts import Bar, BarChart
from infra.admin.formats import day


def get_activity_charts(
    events: LearningEventQuerySet, *, since: date, until: date
) -> list[BarChart]:
    """Return charts of the answers and the active learners of each day; empty without answers.

    Parameters
    ----------
    events : of these days (UTC).
    """
    counted = (
        events.order_by()
        .values_list(TruncDate("happened_at", tzinfo=UTC))
        .annotate(answers=Count("pk"), learners=Count("learner", distinct=True))
    )
    by_day = {date_: (answers, learners) for date_, answers, learners in counted}
    if not by_day:
        return []
    days = [since + timedelta(days=i) for i in range((until - since).days + 1)]
    answers = [by_day.get(date_, (0, 0))[0] for date_ in days]
    learners = [by_day.get(date_, (0, 0))[1] for date_ in days]
    return [
        _chart(
            _("Answers per day"), _("Answers"), days, answers, _total_text(sum(answers), len(days))
        ),
        _chart(
            _("Active learners per day"),
            _("Learners"),
            days,
            learners,
            _maximum_text(max(learners)),
        ),
    ]


def _chart(
    title: str, label: str, days: Sequence[date], counts: Sequence[int], description: str
) -> BarChart:
    return BarChart(
        title=title,
        description=description,
        x_label=_("Day"),
        y_label=label,
        bars=[
            Bar(label=day(date_), value=count, text=str(count))
            for date_, count in zip(days, counts, strict=True)
        ],
    )


def _total_text(answers: int, days: int) -> str:
    return ngettext(
        "{answers} answer in {days} days.", "{answers} answers in {days} days.", answers
    ).format(answers=answers, days=days)


def _maximum_text(learners: int) -> str:
    return ngettext(
        "At most {learners} learner on one day.",
        "At most {learners} learners on one day.",
        learners,
    ).format(learners=learners)
