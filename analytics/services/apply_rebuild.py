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
    update_rebuilt_event,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.rebuild_check import Difference
from analytics.services.replay_events import ReplayResult
from analytics.services.state_rows import ability_row, state_row


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
    recount(learner_ids)
    _update_events(replay, learner_ids)


def _apply_memories(replay: ReplayResult, differences: Collection[Difference]) -> None:
    differing = {(each.learner_id, each.item_id) for each in differences if each.item_id}
    keys = replay.reviews.keys
    upsert_memories([replay.reviews.memory(key) for key in keys if key in differing])
    for learner_id, item_id in differing - keys.keys():
        ItemMemory.objects.filter(learner=learner_id, item=item_id).delete()


def _update_events(replay: ReplayResult, learner_ids: Collection[UUID]) -> None:
    """Update the mastery on each event if it, or the version of the parameters, differs."""
    beliefs = replay.beliefs
    expected = np.stack([beliefs.before, beliefs.after], axis=1)
    differs = (replay.stored != expected).any(axis=1)
    for row, event in enumerate(replay.events):
        if event.learner_id not in learner_ids:
            continue
        fit = replay.parameters[replay.keys[event.learner_id, event.skill_id]]
        version = fit.version if fit else 0
        if differs[row] or version != event.version:
            update_rebuilt_event(
                LearningEvent(
                    pk=event.pk,
                    parameter_version=version,
                    mastery_before=float(beliefs.before[row]),
                    mastery_after=float(beliefs.after[row]),
                )
            )
