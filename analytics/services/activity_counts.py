"""A quick check of the daily activity of many learners against their events, in numpy."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import BooleanField, ExpressionWrapper, F, Q

from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.models import DailyActivity
from analytics.rows import moment
from infra.db.columns import Array, read_columns, uuid_of
from infra.time_zones import local_day
from roster.models import User

TOLERANCE = 1e-9
DAY = 86_400_000_000  # microseconds
QUARTER = 900_000_000
_IS_PRESENT = ExpressionWrapper(
    Q(time_zone=F("learner__facility__time_zone")), output_field=BooleanField()
)


def find_differing(
    learner_ids: Collection[UUID],
    *,
    learner: Array,
    skill: Array,
    at: IntArray,
    score: FloatArray,
    seconds: FloatArray,
) -> set[UUID]:
    """Return the learners whose stored activity differs from that of their events.

    Parameters
    ----------
    learner_ids : all learners to check.
    learner, skill, at, score, seconds : of all their events, as from `read_columns`.
    """
    with_zones = User.objects.filter(pk__in=learner_ids, facility__isnull=False)
    zone_of = {pk.bytes: zone for pk, zone in with_zones.values_list("pk", "facility__time_zone")}
    stored = read_columns(
        DailyActivity.objects.filter(learner__in=learner_ids).annotate(is_present=_IS_PRESENT),
        "learner", "skill", "day", "is_present", *DailyActivity.COUNTERS,
    )  # fmt: skip
    day = np.empty(len(at))
    names, row = np.unique(learner, return_inverse=True)
    zones = np.array([zone_of[name.ljust(16, b"\0")] for name in names.tolist()], dtype=object)
    for zone in set(zones.tolist()):
        is_here = zones[row] == zone
        day[is_here] = local_days(at[is_here], zone)
    expected_sums = (np.ones(len(at)), score, np.nan_to_num(seconds))
    # Both sides as one table: the sums of the events minus the stored ones are 0 for every key.
    all_learners = np.concatenate([learner, stored["learner"]])
    learners, learner_row = np.unique(all_learners, return_inverse=True)
    _, skill_row = np.unique(np.concatenate([skill, stored["skill"]]), return_inverse=True)
    _, day_row = np.unique(np.concatenate([day, stored["day"]]), return_inverse=True)
    key = (learner_row * (day_row.max(initial=0) + 1) + day_row) * (
        skill_row.max(initial=0) + 1
    ) + skill_row
    _, group = np.unique(key, return_inverse=True)
    differs = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.bool_)
    for expected, name in zip(expected_sums, DailyActivity.COUNTERS, strict=True):
        found = np.bincount(group, np.concatenate([expected, -stored[name]]))
        differs |= ~(np.abs(found) <= TOLERANCE)
    is_wrong = differs[group]
    is_wrong[len(at) :] |= stored["is_present"] == 0.0
    return {uuid_of(learners[row]) for row in np.unique(learner_row[is_wrong])}


def local_days(at: IntArray, zone: str) -> IntArray:
    """Return the local day of each time, in days since 1970; see `time_zones.local_day`."""
    utc_day, row = np.unique(at // DAY, return_inverse=True)
    before, after = _offsets(utc_day, zone), _offsets(utc_day + 1, zone)
    days: IntArray = (at + before[row]) // DAY
    is_change: BoolArray = (before != after)[row]
    quarters, quarter = np.unique(at[is_change] // QUARTER, return_inverse=True)
    first = date(1970, 1, 1)
    local = [(local_day(moment(each * QUARTER), zone) - first).days for each in quarters.tolist()]
    days[is_change] = np.array(local, dtype=np.int64)[quarter]
    return days


def _offsets(utc_day: IntArray, zone: str) -> IntArray:
    """Return the offset of a zone at the start of each UTC day, in microseconds."""
    info = ZoneInfo(zone)
    offsets = [
        datetime.fromtimestamp(86_400 * day, UTC).astimezone(info).utcoffset()
        for day in utc_day.tolist()
    ]
    return np.array(
        [offset.total_seconds() * 1e6 for offset in offsets if offset is not None]
    ).astype(np.int64)
