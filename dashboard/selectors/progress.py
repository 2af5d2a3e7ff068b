"""Charts of a learner's mastery over time, or over the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.core.bkt import MASTERED
from analytics.labels import mastery, short_ids
from analytics.models import LearningEvent, SkillState
from dashboard.charts import LineChart, Point, Series, Tick, spaced
from infra.admin.formats import day, moment, percent
from infra.time_zones import days_between, local_day, start_of_day
from roster.models import User

MAX_ANSWERS = 60
MAX_LINES = 6
MAX_DAYS = 5

Row = Mapping[str, Any]


class Axis(StrEnum):
    """The x axis of a chart: time, or the answers at equal distances; the values are those of URLs.

    Over time there is one point for each day, since a session of ten minutes would be a vertical
    line; if all answers are of one day, there is one for each answer. Over the answers, a month
    without practice is one step.
    """

    TIME = "time"
    ANSWERS = "answers"


def mastery_over_time(
    learner: User,
    states: Iterable[SkillState],
    *,
    first: Sequence[UUID] = (),
    axis: Axis = Axis.TIME,
) -> LineChart | None:
    """Return the mastery after the newest answers, one line per skill.

    Six skills with up to 60 answers each are shown. None if there are no answers.

    Parameters
    ----------
    states : of the learner, with their skills, the ones practised last first.
    first : ids of the skills to show before the others.
    """
    rank = {skill_id: number for number, skill_id in enumerate(first)}
    ranked = sorted(states, key=lambda state: rank.get(state.skill_id, len(rank)))[:MAX_LINES]
    rows = _newest_answers(learner, [state.skill_id for state in ranked])
    if not rows:
        return None
    labels = {state.skill_id: short_ids(str(state.skill)) for state in ranked}
    description = _(
        "Mastery after the latest answers, up to {answers} of each skill. Skills in which the"
        " learner needs help come first, then those practised last."
    ).format(answers=MAX_ANSWERS)
    return _chart(rows, labels, description, axis)


def _newest_answers(learner: User, skill_ids: Sequence[UUID]) -> list[Row]:
    """Return the newest answers at each skill, all together oldest first."""
    if not skill_ids:
        return []
    newest = Window(
        RowNumber(),
        partition_by="skill",
        order_by=[F("happened_at").desc(), F("position").desc()],
    )
    events = LearningEvent.objects.filter(learner=learner, skill__in=skill_ids)
    rows = events.annotate(newest=newest).filter(newest__lte=MAX_ANSWERS).order_by()
    shown = rows.values("skill", "happened_at", "position", "mastery_after")
    return sorted(shown, key=lambda row: (row["happened_at"], row["position"]))


def mastery_at_skill(rows: Sequence[Row], axis: Axis = Axis.TIME) -> LineChart | None:
    """Return the mastery after these answers at one skill, given oldest first."""
    if not rows:
        return None
    labels = {rows[0]["skill"]: _("Mastery")}
    return _chart(rows, labels, _("Mastery after these answers."), axis)


def mastery_axis() -> list[Tick]:
    """Return the axis ticks of a chart of probabilities."""
    return [Tick(value=share, text=percent(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]


def _chart(
    rows: Sequence[Row], labels: Mapping[UUID, str], description: str, axis: Axis
) -> LineChart:
    """Return a chart with one line per skill over the answers in their order."""
    is_time = axis is Axis.TIME
    if is_time:
        rows = _last_of_each_day(rows)
    xs = [row["happened_at"].timestamp() if is_time else float(i) for i, row in enumerate(rows)]
    placed = list(zip(xs, rows, strict=True))
    return LineChart(
        title=_("Mastery over time") if is_time else _("Mastery by answer"),
        description=description,
        x_label=_("When"),
        y_label=_("Mastery"),
        series=[
            Series(label=label, points=[_point(x, row) for x, row in placed if row["skill"] == pk])
            for pk, label in labels.items()
        ],
        x_ticks=_time_ticks(rows) if is_time else _answer_ticks(rows),
        y_ticks=mastery_axis(),
        goal=Tick(value=MASTERED, text=_("mastered from {share}").format(share=percent(MASTERED))),
    )


def _last_of_each_day(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the last answer of each day at each skill; all answers if they are of one day."""
    zone = timezone.get_current_timezone_name()
    last = {(row["skill"], local_day(row["happened_at"], zone)): row for row in rows}
    days = {day_ for _skill, day_ in last}
    return rows if len(days) == 1 else sorted(last.values(), key=lambda row: row["happened_at"])


def _time_ticks(rows: Sequence[Row]) -> list[Tick]:
    """Return ticks at the starts of a few days; within one day at the first and the last answer."""
    zone = timezone.get_current_timezone_name()
    first, last = rows[0]["happened_at"], rows[-1]["happened_at"]
    start, days = local_day(first, zone), days_between(first, last, zone)
    if not days:
        return [_tick_at(at, date_format(timezone.localtime(at), "H:i")) for at in {first, last}]
    shown = [start + timedelta(days=round(i)) for i in spaced(1, days, min(MAX_DAYS, max(days, 2)))]
    return [_tick_at(start_of_day(date_, zone), day(date_)) for date_ in dict.fromkeys(shown)]


def _tick_at(at: datetime, text: str) -> Tick:
    return Tick(value=at.timestamp(), text=text)


def _answer_ticks(rows: Sequence[Row]) -> list[Tick]:
    """Return ticks with the days of a few answers, each day once."""
    shown = [round(i) for i in spaced(0, len(rows) - 1, MAX_DAYS)]
    named = {day(timezone.localtime(rows[i]["happened_at"])): i for i in reversed(shown)}
    return [Tick(value=float(i), text=text) for text, i in named.items()]


def _point(x: float, row: Row) -> Point:
    return Point(
        x=x,
        y=row["mastery_after"],
        x_text=moment(row["happened_at"]),
        y_text=mastery(row["mastery_after"]),
    )
