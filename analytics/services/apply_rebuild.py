"""Replacement of stored rows by the result of a replay."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import numpy as np

from analytics.models import (
    ItemMemory,
    LearnerAbility,
    LearnerSnapshot,
    LearningEvent,
    SkillState,
)
from analytics.services.daily_activity import recount
from analytics.services.persistence import (
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.rebuild_check import Difference
from analytics.services.replay_events import ReplayResult
from analytics.services.state_rows import ability_row, state_row
from infra.db.columns import update_columns, uuid_of

UPDATE_BATCH_SIZE = 5_000


def apply_differences(replay: ReplayResult, differences: Collection[Difference]) -> None:
    """Save the replayed rows of all learners with a difference; the caller holds their locks.

    The new abilities wait for no recompute. Snapshots of the former estimates are deleted. Of
    memories, which a learner may have very many of, only those with a difference are saved.
    """
    learner_ids = {difference.learner_id for difference in differences}
    abilities = [ability_row(replay, learner_id) for learner_id in learner_ids]
    upsert_abilities([row for row in abilities if row is not None])
    LearnerAbility.objects.filter(
        learner__in=[pk for pk in learner_ids if not replay.answers[pk]]
    ).delete()
    LearnerSnapshot.objects.filter(learner__in=learner_ids).delete()
    states = {key: state_row(replay, key) for key in replay.keys if key[0] in learner_ids}
    upsert_states(list(states.values()))
    stored = SkillState.objects.filter(learner__in=learner_ids)
    orphans = [
        pk
        for pk, *key in stored.values_list("pk", "learner", "skill")
        if tuple(key) not in replay.keys
    ]
    SkillState.objects.filter(pk__in=orphans).delete()
    _apply_memories(replay, differences)
    recount(replay.differing_activity & learner_ids)
    _update_events(replay, learner_ids)


def _apply_memories(replay: ReplayResult, differences: Collection[Difference]) -> None:
    differing = {(each.learner_id, each.item_id) for each in differences if each.item_id}
    keys = replay.reviews.keys
    upsert_memories([replay.reviews.memory(key) for key in keys if key in differing])
    for learner_id, item_id in differing - keys.keys():
        ItemMemory.objects.filter(learner=learner_id, item=item_id).delete()


def _update_events(replay: ReplayResult, learner_ids: Collection[UUID]) -> None:
    """Update the mastery on each event if it, or the version of the parameters, differs."""
    beliefs, events = replay.beliefs, replay.events
    fits = [fit.version if fit else 0 for fit in replay.parameters]
    version = np.array(fits, dtype=np.int64)[replay.belief]
    differs = (replay.stored[:, 0] != beliefs.before) | (replay.stored[:, 1] != beliefs.after)
    selected = np.array([pk.bytes for pk in learner_ids], dtype="S16")
    rows = np.flatnonzero(
        (differs | (version != events.version)) & np.isin(events.learner, selected)
    )
    for start in range(0, len(rows), UPDATE_BATCH_SIZE):
        batch = rows[start : start + UPDATE_BATCH_SIZE]
        update_columns(
            LearningEvent,
            [uuid_of(key) for key in events.pk[batch].tolist()],
            {
                "parameter_version": version[batch].tolist(),
                "mastery_before": beliefs.before[batch].tolist(),
                "mastery_after": beliefs.after[batch].tolist(),
            },
        )
