"""Comparison of the stored rows of some learners with a replay of their events."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from analytics.models import DailyActivity, LearnerAbility, SkillState
from analytics.rows import moment
from analytics.services.daily_activity import ActivityKey, expected_activity
from analytics.services.replay_events import ReplayResult
from analytics.services.state_rows import ability_row, state_row
from infra.db.columns import uuid_of

TOLERANCE = 1e-9
_STATE_FIELDS = (
    "parameters_id",
    *(name for name in SkillState.UPDATE_FIELDS if name != "parameters"),
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One stored value that differs from the replayed one.

    It belongs to a skill, or to the memory of an item; with neither, to the learner as a whole.
    """

    learner_id: UUID
    skill_id: UUID | None = None
    item_id: UUID | None = None
    name: str
    stored: Any
    expected: Any

    def __str__(self) -> str:
        of = f" skill {self.skill_id}" if self.skill_id else ""
        of += f" item {self.item_id}" if self.item_id else ""
        return f"learner {self.learner_id}{of}: {self.name} {self.stored!r} ≠ {self.expected!r}"


def compare(replay: ReplayResult, learner_ids: Collection[UUID]) -> list[Difference]:
    """Return all differences in the stored rows of these learners, mastery on events included."""
    return [
        *_compare_abilities(replay, learner_ids),
        *_compare_states(replay, learner_ids),
        *_compare_memories(replay, learner_ids),
        *_compare_events(replay, learner_ids),
        *_compare_activity(replay.differing_activity.intersection(learner_ids)),
    ]


def _compare_abilities(replay: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    stored = LearnerAbility.objects.in_bulk(list(learner_ids))
    for learner_id in learner_ids:
        expected = ability_row(replay, learner_id)
        found = stored.get(learner_id)
        yield from _compare_rows(
            found, expected, LearnerAbility.REPLAYED_FIELDS, (learner_id, None)
        )


def _compare_states(replay: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    selected = set(learner_ids)
    stored = {
        (state.learner_id, state.skill_id): state
        for state in SkillState.objects.filter(learner__in=learner_ids)
    }
    for key in [key for key in replay.keys if key[0] in selected]:
        yield from _compare_rows(stored.pop(key, None), state_row(replay, key), _STATE_FIELDS, key)
    for key in stored:
        yield Difference(
            learner_id=key[0], skill_id=key[1], name="state", stored="there", expected=None
        )


def _compare_memories(replay: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    for (learner_id, item_id), name, stored, expected in replay.reviews.differences(learner_ids):
        yield Difference(
            learner_id=learner_id, item_id=item_id, name=name, stored=stored, expected=expected
        )


def _compare_events(replay: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    selected = set(learner_ids)
    expected = np.stack([replay.beliefs.before, replay.beliefs.after], axis=1)
    differs = ~(np.abs(replay.stored - expected) <= TOLERANCE).all(axis=1)
    events = replay.events
    for row in np.flatnonzero(differs):
        learner_id = uuid_of(events.learner[row])
        if learner_id in selected:
            yield Difference(
                learner_id=learner_id,
                skill_id=uuid_of(events.skill[row]),
                name=f"mastery at {moment(int(events.at[row])):%Y-%m-%d %H:%M:%S}",
                stored=tuple(replay.stored[row]),
                expected=tuple(expected[row]),
            )


def _compare_activity(learner_ids: Collection[UUID]) -> Iterator[Difference]:
    if not learner_ids:
        return
    expected = expected_activity(learner_ids)
    stored = {
        ActivityKey(row.learner_id, row.day, row.skill_id, row.time_zone): row
        for row in DailyActivity.objects.filter(learner__in=learner_ids)
    }
    for key in expected.keys() | stored.keys():
        for name in DailyActivity.COUNTERS:
            before, after = getattr(stored.get(key), name, 0), getattr(expected.get(key), name, 0)
            if not _is_equal(before, after):
                yield Difference(
                    learner_id=key.learner_id,
                    skill_id=key.skill_id,
                    name=f"{name} on {key.day} {key.time_zone}",
                    stored=before,
                    expected=after,
                )


def _compare_rows(
    stored: Any, expected: Any, names: Collection[str], key: tuple[UUID, UUID | None]
) -> Iterator[Difference]:
    if stored is None and expected is None:
        return
    if stored is None or expected is None:
        names = ("row",)
    for name in names:
        stored_value, expected_value = getattr(stored, name, None), getattr(expected, name, None)
        if stored is None or expected is None or not _is_equal(stored_value, expected_value):
            yield Difference(
                learner_id=key[0],
                skill_id=key[1],
                name=name,
                stored=stored_value,
                expected=expected_value,
            )


def _is_equal(stored: Any, expected: Any) -> bool:
    if stored is None or expected is None:
        return stored is expected
    if isinstance(expected, bytes):
        stored_values, expected_values = np.frombuffer(bytes(stored)), np.frombuffer(expected)
        return stored_values.shape == expected_values.shape and np.allclose(
            stored_values, expected_values, rtol=0, atol=TOLERANCE
        )
    if isinstance(expected, float) and isinstance(stored, float):
        return abs(stored - expected) <= TOLERANCE
    return bool(stored == expected)
