"""Where what is stored of some learners differs from what their events say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from analytics.models import LearnerAbility, SkillState
from analytics.services.replay_events import ReplayResult
from analytics.services.state_rows import ability_row, state_row

TOLERANCE = 1e-9
_STATE = ("parameters_id", *(name for name in SkillState.UPDATE_FIELDS if name != "parameters"))


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that is not what the events say.

    It is of a skill, or of the memory of an item; with neither of the learner as a whole.
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


def compare(retold: ReplayResult, learner_ids: Collection[UUID]) -> list[Difference]:
    """Compare all that is stored of these learners, mastery on the events included."""
    return [
        *_abilities(retold, learner_ids),
        *_states(retold, learner_ids),
        *_memories(retold, learner_ids),
        *_events(retold, learner_ids),
    ]


def _abilities(retold: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    stored = LearnerAbility.objects.in_bulk(list(learner_ids))
    for learner_id in learner_ids:
        expected = ability_row(retold, learner_id)
        found = stored.get(learner_id)
        yield from _differing(found, expected, LearnerAbility.UPDATE_FIELDS, (learner_id, None))


def _states(retold: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    among = set(learner_ids)
    stored = {
        (state.learner_id, state.skill_id): state
        for state in SkillState.objects.filter(learner__in=learner_ids)
    }
    for key in [key for key in retold.keys if key[0] in among]:
        yield from _differing(stored.pop(key, None), state_row(retold, key), _STATE, key)
    for key in stored:
        yield Difference(
            learner_id=key[0], skill_id=key[1], name="state", stored="there", expected=None
        )


def _memories(retold: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    for (learner_id, item_id), name, stored, expected in retold.reviews.differences(learner_ids):
        yield Difference(
            learner_id=learner_id, item_id=item_id, name=name, stored=stored, expected=expected
        )


def _events(retold: ReplayResult, learner_ids: Collection[UUID]) -> Iterator[Difference]:
    among = set(learner_ids)
    expected = np.stack([retold.beliefs.before, retold.beliefs.after], axis=1)
    unlike = ~(np.abs(retold.stored - expected) <= TOLERANCE).all(axis=1)
    for row in np.flatnonzero(unlike):
        event = retold.events[row]
        if event.learner_id in among:
            yield Difference(
                learner_id=event.learner_id,
                skill_id=event.skill_id,
                name=f"mastery at {event.happened_at:%Y-%m-%d %H:%M:%S}",
                stored=tuple(retold.stored[row]),
                expected=tuple(expected[row]),
            )


def _differing(
    stored: Any, expected: Any, names: Collection[str], key: tuple[UUID, UUID | None]
) -> Iterator[Difference]:
    if stored is None and expected is None:
        return
    if stored is None or expected is None:
        names = ("row",)
    for name in names:
        there, right = getattr(stored, name, None), getattr(expected, name, None)
        if stored is None or expected is None or not _same(there, right):
            yield Difference(
                learner_id=key[0], skill_id=key[1], name=name, stored=there, expected=right
            )


def _same(stored: Any, expected: Any) -> bool:
    if isinstance(expected, bytes):
        there, right = np.frombuffer(bytes(stored)), np.frombuffer(expected)
        return there.shape == right.shape and np.allclose(there, right, rtol=0, atol=TOLERANCE)
    if isinstance(expected, float) and isinstance(stored, float):
        return abs(stored - expected) <= TOLERANCE
    return bool(stored == expected)
