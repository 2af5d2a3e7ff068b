"""Recording of answers: the only code that writes events, and states because of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from analytics.events import Answer, MasteryChange, Source
from analytics.models import LearnerAbility, LearningEvent
from analytics.services.item_resolver import ItemResolver
from analytics.services.persistence import (
    insert_events,
    update_replayed_events,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.state_updater import LearnerStateUpdater, Recorded
from roster.models import User


def record_answers(
    learner: User,
    answers: Sequence[Answer],
    *,
    at: datetime,
    ability: LearnerAbility | None = None,
) -> list[MasteryChange | None]:
    """Record answers of one learner: update the state, and save an event for each.

    The caller holds the learner's lock, so concurrent calls for one learner queue up instead of
    overwriting each other. Answers recorded before (same `source_id`) change nothing. Answers that
    happened earlier than known ones are inserted at their place in time.

    Parameters
    ----------
    ability : the learner's row, if the caller read it under the lock.

    Returns
    -------
    One change of mastery for each answer; None where no skill is known for it.

    Raises
    ------
    EventOwnedByAnother : another learner's answer has the same `source_id`.
    """
    known = {learner.pk: ability} if ability else {}
    return record_for_all({learner: answers}, at=at, abilities=known)[learner.pk]


@transaction.atomic(savepoint=False)
def record_for_all(
    answers: Mapping[User, Sequence[Answer]],
    *,
    at: datetime,
    abilities: Mapping[UUID, LearnerAbility] | None = None,
    recorded: Recorded | None = None,
) -> dict[UUID, list[MasteryChange | None]]:
    """Record answers of many learners of one facility; the caller has locked all of them.

    `record_answers` describes the rules.

    Parameters
    ----------
    abilities, recorded : rows that the caller read under the locks.
    """
    [facility_id] = {learner.facility_id for learner in answers} or {None}
    all_answers = [answer for given in answers.values() for answer in given]
    if facility_id is None or not all_answers:  # Staff without a facility are not learners.
        return {learner.pk: [None] * len(given) for learner, given in answers.items()}
    if recorded is None:
        recorded = find_recorded(facility_id, all_answers)
    answers_by_learner = {user.pk: given for user, given in answers.items()}
    resolver = ItemResolver.for_answers(facility_id, answers_by_learner, recorded=recorded)
    abilities = _find_abilities(answers, abilities or {})
    updaters = [
        LearnerStateUpdater(learner, abilities[learner.pk], resolver=resolver, at=at)
        for learner in answers
    ]
    changes = {
        updater.learner.pk: updater.apply(answers[updater.learner], recorded=recorded)
        for updater in updaters
    }
    _save(updaters)
    return changes


def find_recorded(facility_id: UUID, answers: Iterable[Answer]) -> Recorded:
    """Return the events that are already recorded under the source ids of the answers.

    Answers of sessions are always new: each is the first answer of an attempt.
    """
    ids_by_source: dict[str, list[str]] = {}
    for answer in answers:
        if answer.source_id is not None and answer.source is not Source.SESSION:
            ids_by_source.setdefault(answer.source, []).append(answer.source_id)
    return {
        (event.source, str(event.source_id)): event
        for source, ids in ids_by_source.items()
        for event in LearningEvent.objects.filter(
            facility=facility_id, source=source, source_id__in=ids
        ).select_related("skill")
    }


def _find_abilities(
    learners: Iterable[User], known: Mapping[UUID, LearnerAbility]
) -> dict[UUID, LearnerAbility]:
    """Return the ability row of each learner, a new one where there is none."""
    missing = [learner.pk for learner in learners if learner.pk not in known]
    found = {**known, **(LearnerAbility.objects.in_bulk(missing) if missing else {})}
    return {pk: found.get(pk) or LearnerAbility(learner_id=pk) for pk in (*known, *missing)}


def _save(updaters: Iterable[LearnerStateUpdater]) -> None:
    """Save all changed rows: one statement for each table."""
    changed = [updater for updater in updaters if updater.events]
    insert_events([event for updater in changed for event in updater.events])
    upsert_states([state for updater in changed for state in updater.state_rows()])
    upsert_memories([memory for updater in changed for memory in updater.memory_rows()])
    upsert_abilities([updater.ability_row() for updater in changed])
    update_replayed_events([event for updater in changed for event in updater.replayed])
