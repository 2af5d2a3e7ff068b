"""Charts of a learner's mastery over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.core.bkt import MASTERED
from analytics.labels import mastery, short_ids
from analytics.models import LearningEvent, Skill
from dashboard.charts import LineChart, Point, Series, Tick, spaced
from infra.admin.formats import day, moment, percent
from roster.models import User

MAX_EVENTS = 200
MAX_LINES = 6
MAX_DAYS = 5

Row = Mapping[str, Any]


def mastery_over_time(learner: User, skills: Mapping[UUID, Skill]) -> LineChart | None:
    """Return the mastery after each of the newest 200 answers, one line per skill.

    The six skills with the most of these answers are shown. None if there are no answers.
    """
    events = LearningEvent.objects.filter(learner=learner, skill__in=list(skills))
    newest = events.order_by("-happened_at", "-position").values(
        "skill", "happened_at", "mastery_after"
    )
    rows = list(reversed(newest[:MAX_EVENTS])) if skills else []
    if not rows:
        return None
    counts = Counter(row["skill"] for row in rows)
    labels = {key: short_ids(str(skills[key])) for key, _n in counts.most_common(MAX_LINES)}
    description = ngettext(
        "Mastery after the latest answer.",
        "Mastery after each of the latest {answers} answers, for the skills practised most.",
        len(rows),
    ).format(answers=len(rows))
    return _chart(rows, labels, description)


def mastery_at_skill(rows: Sequence[Row]) -> LineChart | None:
    """Return the mastery after each of these answers at one skill, oldest first."""
    if not rows:
        return None
    return _chart(rows, {rows[0]["skill"]: _("Mastery")}, _("Mastery after each of these answers."))


def mastery_axis() -> list[Tick]:
    """Return the axis ticks of a chart of probabilities."""
    return [Tick(value=share, text=percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def _chart(rows: Sequence[Row], labels: Mapping[UUID, str], description: str) -> LineChart:
    """Return a chart with one line per skill over the answers in their order.

    The x axis is not time: on a time axis a session of ten minutes would be one vertical line.
    """
    numbered = list(enumerate(rows))
    return LineChart(
        title=_("Mastery over time"),
        description=description,
        x_label=_("When (UTC)"),
        y_label=_("Mastery"),
        series=[
            Series(
                label=label,
                points=[_point(i, row) for i, row in numbered if row["skill"] == skill],
            )
            for skill, label in labels.items()
        ],
        x_ticks=_day_ticks(rows),
        y_ticks=mastery_axis(),
        goal=Tick(value=MASTERED, text=_("mastered from {share}").format(share=percent(MASTERED))),
    )


def _day_ticks(rows: Sequence[Row]) -> list[Tick]:
    """Return ticks with the days of a few answers, each day once."""
    shown = [round(i) for i in spaced(0, len(rows) - 1, MAX_DAYS)]
    named = {day(rows[i]["happened_at"]): i for i in reversed(shown)}
    return [Tick(value=float(i), text=text) for text, i in named.items()]


def _point(number: int, row: Row) -> Point:
    return Point(
        x=float(number),
        y=row["mastery_after"],
        x_text=moment(row["happened_at"]),
        y_text=mastery(row["mastery_after"]),
    )
