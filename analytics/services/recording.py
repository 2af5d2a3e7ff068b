"""Recording answers: the only code that writes evidence, and what we believe because of it."""

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
    """Fold answers into what we believe of a learner, and keep each as evidence.

    The caller holds the learner's lock, so concurrent calls for one learner queue up instead of
    overwriting each other. Answers that came before (`source_id`) move nothing; those that
    happened earlier than others known already are put into their place.

    Parameters
    ----------
    ability : the learner's as it stands under the lock, where the caller read it.

    Returns
    -------
    One change of mastery for each answer; None where no skill is known for it.

    Raises
    ------
    EventOwnedByAnother : another learner's answer came under the same `source_id`.
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
    """`record_answers` for many learners of one facility, all of whom the caller has locked.

    Parameters
    ----------
    abilities, recorded : as they stand under the locks, where the caller read them.
    """
    [facility_id] = {learner.facility_id for learner in answers} or {None}
    every = [answer for given in answers.values() for answer in given]
    if facility_id is None or not every:  # The installation's own staff are nobody's learners.
        return {learner.pk: [None] * len(given) for learner, given in answers.items()}
    if recorded is None:
        recorded = find_recorded(facility_id, every)
    told = {user.pk: given for user, given in answers.items()}
    meanings = ItemResolver.for_answers(facility_id, told, recorded=recorded)
    abilities = _abilities(answers, abilities or {})
    desks = [
        LearnerStateUpdater(learner, abilities[learner.pk], resolver=meanings, at=at)
        for learner in answers
    ]
    changes = {
        beliefs.learner.pk: beliefs.apply(answers[beliefs.learner], recorded=recorded)
        for beliefs in desks
    }
    _save(desks)
    return changes


def find_recorded(facility_id: UUID, answers: Iterable[Answer]) -> Recorded:
    """Return which of the named answers came before.

    A session's are new by what they are: an attempt that is answered for the first time.
    """
    named: dict[str, list[str]] = {}
    for answer in answers:
        if answer.source_id is not None and answer.source is not Source.SESSION:
            named.setdefault(answer.source, []).append(answer.source_id)
    return {
        (event.source, str(event.source_id)): event
        for source, ids in named.items()
        for event in LearningEvent.objects.filter(
            facility=facility_id, source=source, source_id__in=ids
        ).select_related("skill")
    }


def _abilities(
    learners: Iterable[User], known: Mapping[UUID, LearnerAbility]
) -> dict[UUID, LearnerAbility]:
    """Return what we believe of each learner whatever the skill."""
    missing = [learner.pk for learner in learners if learner.pk not in known]
    found = {**known, **(LearnerAbility.objects.in_bulk(missing) if missing else {})}
    return {pk: found.get(pk) or LearnerAbility(learner_id=pk) for pk in (*known, *missing)}


def _save(desks: Iterable[LearnerStateUpdater]) -> None:
    """Write what moved: one statement for each kind of row."""
    moved = [beliefs for beliefs in desks if beliefs.events]
    insert_events([event for beliefs in moved for event in beliefs.events])
    upsert_states([state for beliefs in moved for state in beliefs.state_rows()])
    upsert_memories([memory for beliefs in moved for memory in beliefs.memory_rows()])
    upsert_abilities([beliefs.ability_row() for beliefs in moved])
    update_replayed_events([event for beliefs in moved for event in beliefs.replayed])
