"""Recording of answers: the only code that writes events, and states because of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, UUIDField

from analytics.events import Answer, MasteryChange, Source
from analytics.models import LearnerAbility, LearningEvent
from analytics.services.daily_activity import add_events
from analytics.services.item_resolver import ItemResolver
from analytics.services.persistence import (
    insert_events,
    update_replayed_events,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.state_updater import LearnerStateUpdater, Recorded
from infra.db.compiled_lookup import CompiledLookup, Join
from roster.models import User

_events_by_source = CompiledLookup(
    {"facility": UUIDField(), "source": CharField(), "source_id": CharField()},
    Join(
        "event",
        LearningEvent,
        "event.facility_id = given.facility AND event.source = given.source"
        " AND event.source_id = given.source_id",
        is_required=True,
    ),
)


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
    """Record answers of many learners, of one facility or several; the caller has locked them.

    `record_answers` describes the rules. The number of statements does not depend on the number of
    learners, unless answers are late.

    Parameters
    ----------
    abilities, recorded : rows that the caller read under the locks.
    """
    changes: dict[UUID, list[MasteryChange | None]] = {
        learner.pk: [None] * len(given) for learner, given in answers.items()
    }
    # Staff without a facility are not learners.
    answers = {user: given for user, given in answers.items() if user.facility_id and given}
    if not answers:
        return changes
    if recorded is None:
        recorded = find_recorded(
            (learner.facility_id, answer)
            for learner, given in answers.items()
            if learner.facility_id is not None
            for answer in given
        )
    resolver = ItemResolver.for_answers(answers, recorded=recorded)
    for learner_id, ability in (abilities or {}).items():
        resolver.learners[learner_id].ability = ability
    updaters = [LearnerStateUpdater(learner, resolver=resolver, at=at) for learner in answers]
    for updater in updaters:
        learner = updater.learner
        changes[learner.pk] = updater.apply(answers[learner], recorded=recorded)
    _save(updaters)
    return changes


def find_recorded(answers: Iterable[tuple[UUID, Answer]]) -> Recorded:
    """Return the events that are already recorded under the source ids of the answers.

    Answers of sessions are always new: each is the first answer of an attempt.

    Parameters
    ----------
    answers : each with the facility of its learner.
    """
    keys = {
        (facility_id, str(answer.source), answer.source_id)
        for facility_id, answer in answers
        if answer.source_id is not None and answer.source is not Source.SESSION
    }
    given = list(keys)
    return {given[position]: event for position, event in _events_by_source(given)}


def _save(updaters: Iterable[LearnerStateUpdater]) -> None:
    """Save all changed rows: one statement for each table."""
    changed = [updater for updater in updaters if updater.events]
    insert_events([event for updater in changed for event in updater.events])
    add_events((updater.events, updater.rows.time_zone) for updater in changed)
    upsert_states([state for updater in changed for state in updater.state_rows()])
    upsert_memories([memory for updater in changed for memory in updater.memory_rows()])
    upsert_abilities([updater.ability_row() for updater in changed])
    update_replayed_events([event for updater in changed for event in updater.replayed])
