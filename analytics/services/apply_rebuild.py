"""Putting what the events say in the place of what was believed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import numpy as np

from analytics.models import ItemMemory, LearnerAbility, LearningEvent, SkillState
from analytics.services.persistence import (
    update_replayed_event,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.rebuild_check import Difference
from analytics.services.replay_events import ReplayResult
from analytics.services.state_rows import ability_row, state_row


def apply_differences(retold: ReplayResult, differences: Collection[Difference]) -> None:
    """Write everything about whom something differs of, whose locks the caller holds.

    Of memories, of which a learner may have very many, only those that differ.
    """
    among = {difference.learner_id for difference in differences}
    abilities = [ability_row(retold, learner_id) for learner_id in among]
    upsert_abilities([row for row in abilities if row is not None])
    LearnerAbility.objects.filter(
        learner__in=[pk for pk in among if not retold.answers[pk]]
    ).delete()
    states = {key: state_row(retold, key) for key in retold.keys if key[0] in among}
    upsert_states(list(states.values()))
    stored = SkillState.objects.filter(learner__in=among)
    groundless = [
        pk
        for pk, *key in stored.values_list("pk", "learner", "skill")
        if tuple(key) not in retold.keys
    ]
    SkillState.objects.filter(pk__in=groundless).delete()
    _apply_memories(retold, differences)
    _update_events(retold, among)


def _apply_memories(retold: ReplayResult, differences: Collection[Difference]) -> None:
    unlike = {(each.learner_id, each.item_id) for each in differences if each.item_id}
    keys = retold.reviews.keys
    upsert_memories([retold.reviews.memory(key) for key in keys if key in unlike])
    for learner_id, item_id in unlike - keys.keys():
        ItemMemory.objects.filter(learner=learner_id, item=item_id).delete()


def _update_events(retold: ReplayResult, among: Collection[UUID]) -> None:
    """Tell the mastery around each event anew, where it is another or by another version."""
    beliefs = retold.beliefs
    expected = np.stack([beliefs.before, beliefs.after], axis=1)
    unlike = (retold.stored != expected).any(axis=1)
    for row, event in enumerate(retold.events):
        if event.learner_id not in among:
            continue
        fit = retold.parameters[retold.keys[event.learner_id, event.skill_id]]
        version = fit.version if fit else 0
        if unlike[row] or version != event.version:
            update_replayed_event(
                LearningEvent(
                    pk=event.pk,
                    parameter_version=version,
                    mastery_before=float(beliefs.before[row]),
                    mastery_after=float(beliefs.after[row]),
                )
            )
