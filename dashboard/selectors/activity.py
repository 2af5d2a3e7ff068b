"""Activity by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.selectors.daily_activity import DayCounts, LearnersByZone, count_by_day
from dashboard.charts import Bar, BarChart
from infra.admin.formats import day, duration


def get_activity_charts(by_zone: LearnersByZone, *, since: date, until: date) -> list[BarChart]:
    """Return charts of the answers, active learners and time of each day; empty without answers.

    Parameters
    ----------
    by_zone : ids of the learners, by the time zone of their facility, which has these days.
    """
    by_day = count_by_day(by_zone, since, until)
    if not by_day:
        return []
    days = [since + timedelta(days=i) for i in range((until - since).days + 1)]
    nothing = DayCounts(0, 0, 0.0)
    counts = [by_day.get(date_, nothing) for date_ in days]
    answers = [count.answers for count in counts]
    learners = [count.learners for count in counts]
    seconds = [count.seconds for count in counts]
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
        BarChart(
            title=_("Minutes per day"),
            description=_("{time} of answers with a known time.").format(
                time=duration(sum(seconds))
            ),
            x_label=_("Day"),
            y_label=_("Minutes"),
            bars=[
                Bar(label=day(date_), value=known / 60, text=duration(known) if known else "0")
                for date_, known in zip(days, seconds, strict=True)
            ],
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
