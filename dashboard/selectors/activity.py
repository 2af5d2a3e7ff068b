"""How much was practised, day by day."""

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


def activity(events: LearningEventQuerySet, *, since: date, until: date) -> list[BarChart]:
    """Return the answers of each day, and the learners who gave them; nothing where none did.

    Parameters
    ----------
    events : of these days (UTC).
    """
    counted = (
        events.order_by()
        .values_list(TruncDate("happened_at", tzinfo=UTC))
        .annotate(answers=Count("pk"), learners=Count("learner", distinct=True))
    )
    by_day = {found: (answers, learners) for found, answers, learners in counted}
    if not by_day:
        return []
    days = [since + timedelta(days=i) for i in range((until - since).days + 1)]
    answers = [by_day.get(each, (0, 0))[0] for each in days]
    learners = [by_day.get(each, (0, 0))[1] for each in days]
    return [
        _chart(_("Answers a day"), _("Answers"), days, answers, _total(sum(answers), len(days))),
        _chart(_("Learners active a day"), _("Learners"), days, learners, _most(max(learners))),
    ]


def _chart(
    title: str, label: str, days: Sequence[date], counts: Sequence[int], told: str
) -> BarChart:
    return BarChart(
        title=title,
        description=told,
        x_label=_("Day"),
        y_label=label,
        bars=[
            Bar(label=day(each), value=count, text=str(count))
            for each, count in zip(days, counts, strict=True)
        ],
    )


def _total(answers: int, days: int) -> str:
    return ngettext(
        "{answers} answer in {days} days.", "{answers} answers in {days} days.", answers
    ).format(answers=answers, days=days)


def _most(learners: int) -> str:
    return ngettext(
        "At most {learners} learner on one day.",
        "At most {learners} learners on one day.",
        learners,
    ).format(learners=learners)
