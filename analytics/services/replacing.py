"""Putting what the events say in the place of what was believed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import numpy as np

from analytics.models import LearnerAbility, LearningEvent, SkillState
from analytics.services.keeping import keep_abilities, keep_states, retell_event
from analytics.services.retelling import Retold
from analytics.services.states import ability_row, state_row


def replace_beliefs(retold: Retold, learner_ids: Collection[UUID]) -> None:
    """Write everything about these learners, whose locks the caller holds."""
    among = set(learner_ids)
    abilities = [ability_row(retold, learner_id) for learner_id in among]
    keep_abilities([row for row in abilities if row is not None])
    LearnerAbility.objects.filter(
        learner__in=[pk for pk in among if not retold.answers[pk]]
    ).delete()
    states = {key: state_row(retold, key) for key in retold.keys if key[0] in among}
    keep_states(list(states.values()))
    stored = SkillState.objects.filter(learner__in=among)
    groundless = [
        pk
        for pk, *key in stored.values_list("pk", "learner", "skill")
        if tuple(key) not in retold.keys
    ]
    SkillState.objects.filter(pk__in=groundless).delete()
    _retell_events(retold, among)


def _retell_events(retold: Retold, among: Collection[UUID]) -> None:
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
            retell_event(
                LearningEvent(
                    pk=event.pk,
                    parameter_version=version,
                    mastery_before=float(beliefs.before[row]),
                    mastery_after=float(beliefs.after[row]),
                )
            )
