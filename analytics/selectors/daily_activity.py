"""Answers and active learners by local day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Case, Count, Q, Sum, Value, When

from analytics.models import DailyActivity, LearningEvent
from infra.time_zones import local_day, start_of_day

LearnersByZone = Mapping[str, Sequence[UUID]]
_DAY = timedelta(days=1)


class DayCounts(NamedTuple):
    """The numbers of answers, of learners who answered, and of seconds known, on one day."""

    answers: int
    learners: int
    seconds: float


def within_days(column: str, by_zone: LearnersByZone, since: date, until: date | None = None) -> Q:
    """Return the condition that a time is on these days in the time zone of its learner.

    Parameters
    ----------
    column : of the time, in a table with a column `learner`.
    by_zone : ids of the learners, by the time zone of their facility.
    since, until : the first and the last day; None: all later days too.
    """
    condition = Q()
    for zone, learner_ids in by_zone.items():
        times = Q(("learner__in", learner_ids), (f"{column}__gte", start_of_day(since, zone)))
        if until is not None:
            times &= Q((f"{column}__lt", start_of_day(until + _DAY, zone)))
        condition = condition | times if condition else times
    return condition


def count_by_day(by_zone: LearnersByZone, since: date, until: date) -> dict[date, DayCounts]:
    """Return the counts of each of these days that has answers.

    Where the time zone of a facility has changed, and answers near these days are not counted again
    yet, the events themselves are counted.
    """
    if not by_zone:
        return {}
    learner_ids = [pk for ids in by_zone.values() for pk in ids]
    rows = (
        # The same answers are at most one day apart in two time zones.
        DailyActivity.objects.filter(
            learner__in=learner_ids, day__range=(since - _DAY, until + _DAY)
        )
        .values_list("day", _is_current(by_zone))
        .annotate(Sum("answers"), Count("learner", distinct=True), Sum("seconds"))
    )
    counts = {}
    for day, is_current, answers, learners, seconds in rows:
        if not is_current:
            return _count_events(by_zone, since, until)
        if since <= day <= until:
            counts[day] = DayCounts(answers, learners, seconds)
    return counts


def _is_current(by_zone: LearnersByZone) -> Case:
    """Return whether a row counts a day of the present time zone of its learner's facility."""
    if len(by_zone) == 1:
        [condition] = (Q(time_zone=zone) for zone in by_zone)
    else:
        condition = Q()
        for zone, learner_ids in by_zone.items():
            condition |= Q(learner__in=learner_ids, time_zone=zone)
    return Case(
        When(condition, then=Value(True)),  # noqa: FBT003  # as in SQL
        default=Value(False),  # noqa: FBT003
        output_field=BooleanField(),
    )


def _count_events(by_zone: LearnersByZone, since: date, until: date) -> dict[date, DayCounts]:
    zones = {pk: zone for zone, learner_ids in by_zone.items() for pk in learner_ids}
    events = LearningEvent.objects.filter(within_days("happened_at", by_zone, since, until))
    answers: dict[date, int] = defaultdict(int)
    learners: dict[date, set[UUID]] = defaultdict(set)
    seconds: dict[date, float] = defaultdict(float)
    for learner_id, happened_at, known in events.values_list("learner", "happened_at", "seconds"):
        day = local_day(happened_at, zones[learner_id])
        answers[day] += 1
        learners[day].add(learner_id)
        seconds[day] += known or 0.0
    return {
        day: DayCounts(count, len(learners[day]), seconds[day]) for day, count in answers.items()
    }
