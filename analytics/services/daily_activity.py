"""Daily activity: answers counted by learner, skill and local day, as they are recorded.

Each row names the time zone of its day, so days of two zones are never added up. A change of a
facility's zone makes its rows outdated; `recount_outdated` replaces them from the events, a few
learners at a time, and until then pages count the events themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from analytics.models import DailyActivity, LearningEvent
from analytics.models.activity import NO_SKILL
from infra.db.compiled_queries import BlankInstance, CompiledUpsert
from infra.time_zones import local_day
from roster.models import User

RECOUNT_BATCH_SIZE = 25
RECOUNT_MAX_ROWS = 500

_new_row = BlankInstance(DailyActivity)


class ActivityKey(NamedTuple):
    """The columns that identify a row."""

    learner_id: UUID
    day: date
    skill_id: UUID | None
    time_zone: str


class ActivityUpsert(CompiledUpsert[DailyActivity]):
    """Adds rows to the counts that are stored."""

    def conflict_clause(self, wrapper: Any) -> str:
        """Return the clause that adds the new counts to the stored ones."""
        zero = f"'{NO_SKILL.hex}'" + ("::uuid" if wrapper.vendor == "postgresql" else "")
        table = wrapper.ops.quote_name(DailyActivity._meta.db_table)
        counters = DailyActivity.COUNTERS
        sums = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in counters)
        unique = f"learner_id, day, COALESCE(skill_id, {zero}), time_zone"
        return f"ON CONFLICT ({unique}) DO UPDATE SET {sums}"


add_activity = ActivityUpsert(DailyActivity, with_key=False)


class _StoredEvent(NamedTuple):
    """The counted values of a stored event."""

    learner_id: UUID
    skill_id: UUID | None
    happened_at: datetime
    score: float
    seconds: float | None


def count_events(
    events: Iterable[LearningEvent | _StoredEvent], time_zone: str
) -> dict[ActivityKey, DailyActivity]:
    """Return the counts of events of one facility, by learner, skill and day of a time zone."""
    rows: dict[ActivityKey, DailyActivity] = {}
    for event in events:
        day = local_day(event.happened_at, time_zone)
        key = ActivityKey(event.learner_id, day, event.skill_id, time_zone)
        row = rows.get(key)
        if row is None:
            row = rows[key] = _empty_row(key)
        row.answers += 1
        row.correct += event.score
        row.seconds += event.seconds or 0.0
    return rows


def _empty_row(key: ActivityKey) -> DailyActivity:
    return _new_row(
        learner_id=key.learner_id,
        day=key.day,
        skill_id=key.skill_id,
        time_zone=key.time_zone,
        answers=0,
        correct=0.0,
        seconds=0.0,
    )


def add_events(events: Iterable[tuple[Iterable[LearningEvent], str]]) -> None:
    """Add new events to the stored counts; the caller holds their learners' locks.

    Parameters
    ----------
    events : those of each learner, and the time zone of the learner's facility.
    """
    add_activity(
        row for given, time_zone in events for row in count_events(given, time_zone).values()
    )


def expected_activity(learner_ids: Collection[UUID]) -> dict[ActivityKey, DailyActivity]:
    """Return the counts of all events of some learners, in their facility's present time zone."""
    learners = User.objects.filter(pk__in=learner_ids, facility__isnull=False)
    zones = dict(learners.values_list("pk", "facility__time_zone"))
    events = LearningEvent.objects.filter(learner__in=learner_ids).values_list(
        "learner", "skill", "happened_at", "score", "seconds"
    )
    by_zone: dict[str, list[_StoredEvent]] = {}
    for row in events.iterator(chunk_size=2000):
        event = _StoredEvent(*row)
        by_zone.setdefault(zones[event.learner_id], []).append(event)
    rows: dict[ActivityKey, DailyActivity] = {}
    for zone, stored in by_zone.items():
        rows |= count_events(stored, zone)
    return rows


def recount(learner_ids: Collection[UUID]) -> None:
    """Replace the counts of some learners by those of their events; the caller has locked them."""
    DailyActivity.objects.filter(learner__in=learner_ids).delete()
    add_activity(expected_activity(learner_ids).values())


@transaction.atomic
def recount_outdated(at: datetime) -> int:  # noqa: ARG001  # as every job
    """Recount some learners with rows of a former time zone; return how many there were."""
    # The scan ends at the first rows; DISTINCT would read the whole table.
    rows = DailyActivity.objects.outdated().values_list("learner", flat=True)[:RECOUNT_MAX_ROWS]
    found = sorted(set(rows))[:RECOUNT_BATCH_SIZE]
    learners = User.objects.filter(pk__in=found).order_by("pk")
    locked = list(learners.select_for_update(no_key=True).values_list("pk", flat=True))
    recount(locked)
    return len(found)
