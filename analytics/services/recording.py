"""Recording of answers: the only code that writes events, and states because of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Field, UUIDField

from analytics.events import Answer, MasteryChange, Source
from analytics.models import LearnerAbility, LearningEvent
from analytics.services import snapshots
from analytics.services.daily_activity import add_events
from analytics.services.item_resolver import ItemResolver
from analytics.services.item_texts import save_texts
from analytics.services.learner_state import MAX_REPLAYED
from analytics.services.persistence import (
    insert_events,
    update_replayed_events,
    upsert_abilities,
    upsert_memories,
    upsert_states,
)
from analytics.services.predicting import predict_all
from analytics.services.state_updater import LearnerStateUpdater, Recorded
from infra.db.compiled_lookup import CompiledLookup, Join
from roster.models import User
from roster.services import charge_learner

_KEY: dict[str, Field[Any, Any]] = {
    "facility": UUIDField(),
    "source": CharField(),
    "source_id": CharField(),
}
_SAME_ID = "{0}.source = given.source AND {0}.source_id = given.source_id"
_OF_FACILITY = f"{{0}}.facility_id = given.facility AND {_SAME_ID} AND {{0}}.has_own_id IS NULL"
_events_of_apps = CompiledLookup(
    _KEY, Join("event", LearningEvent, _OF_FACILITY.format("event"), is_required=True)
)
# An answer of a person repeats one with the same id of their own, and one that an app recorded for
# them; without the latter, answers would count twice that were sent again after an upgrade.
_events_of_learners = CompiledLookup(
    _KEY | {"learner": UUIDField()},
    Join(
        "own",
        LearningEvent,
        f"own.learner_id = given.learner AND {_SAME_ID.format('own')} AND own.has_own_id",
    ),
    Join(
        "event",
        LearningEvent,
        f"{_OF_FACILITY.format('event')} AND event.learner_id = given.learner",
    ),
)


@dataclass(frozen=True, kw_only=True)
class RecordedAnswers:
    """The result of recording answers of one learner.

    Attributes
    ----------
    changes : the change of mastery by each answer; None where no skill is known for it.
    recompute_pending : whether recorded answers are not included in the estimates yet.
    replayed : the number of earlier events that were evaluated again.
    late_cost : the same, with those that the job evaluates again.
    refused : the indexes of answers that name too many new skills or items; they are not recorded.
    """

    changes: list[MasteryChange | None]
    recompute_pending: bool = False
    replayed: int = 0
    late_cost: int = 0
    refused: AbstractSet[int] = frozenset()


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
    return record_for_all({learner: answers}, at=at, abilities=known)[learner.pk].changes


@transaction.atomic(savepoint=False)
def record_for_all(
    answers: Mapping[User, Sequence[Answer]],
    *,
    at: datetime,
    abilities: Mapping[UUID, LearnerAbility] | None = None,
    recorded: Recorded | None = None,
    max_replayed: int = MAX_REPLAYED,
) -> dict[UUID, RecordedAnswers]:
    """Record answers of many learners, of one facility or several; the caller has locked them.

    `record_answers` describes the rules. The number of statements does not depend on the number of
    learners, unless answers are late.

    Parameters
    ----------
    abilities, recorded : rows that the caller read under the locks.
    max_replayed : number of events that late answers may cause to be evaluated again, in all; for
        the other learners a job does that.
    """
    results = {
        learner.pk: RecordedAnswers(changes=[None] * len(given))
        for learner, given in answers.items()
    }
    # Staff without a facility are not learners.
    answers = {user: given for user, given in answers.items() if user.facility_id and given}
    if not answers:
        return results
    if recorded is None:
        recorded = find_recorded(
            (learner, answer) for learner, given in answers.items() for answer in given
        )
    resolver = ItemResolver.for_answers(answers, recorded=recorded)
    for learner_id, ability in (abilities or {}).items():
        resolver.learners[learner_id].ability = ability
    updaters = [LearnerStateUpdater(learner, resolver=resolver, at=at) for learner in answers]
    for updater in updaters:
        given = answers[updater.learner]
        updater.apply(given, recorded=recorded, max_replayed=max_replayed)
        max_replayed -= updater.replayed_count
    predict_all(each for updater in updaters for each in updater.unpredicted)
    for updater in updaters:
        results[updater.learner_id] = RecordedAnswers(
            changes=updater.results(),
            recompute_pending=updater.recompute_pending,
            replayed=updater.replayed_count,
            late_cost=updater.late_cost,
            refused=updater.refused,
        )
    _save(updaters)
    return results


def find_recorded(answers: Iterable[tuple[User, Answer]]) -> Recorded:
    """Return the events that are already recorded under the source ids of the answers.

    Answers of sessions are always new: each is the first answer of an attempt.

    Parameters
    ----------
    answers : each with its learner.
    """
    keys = {
        answer.key(learner.facility_id, learner.pk)
        for learner, answer in answers
        if answer.source_id is not None
        and answer.source is not Source.SESSION
        and learner.facility_id is not None
    }
    of_apps = [key for key in keys if key[-1] is None]
    of_learners = [key for key in keys if key[-1] is not None]
    found = {
        of_apps[position]: event
        for position, event in _events_of_apps([key[:-1] for key in of_apps])
    }
    for position, own, event in _events_of_learners(of_learners):
        if own or event:
            found[of_learners[position]] = own or event
    return found


def _save(updaters: Iterable[LearnerStateUpdater]) -> None:
    """Save all changed rows: one statement for each table."""
    changed = [updater for updater in updaters if updater.events]
    insert_events([event for updater in changed for event in updater.events])
    save_texts(pair for updater in changed for pair in updater.texts)
    add_events((updater.events, updater.rows.time_zone) for updater in changed)
    upsert_states([state for updater in changed for state in updater.state_rows()])
    upsert_memories([memory for updater in changed for memory in updater.memory_rows()])
    abilities = [updater.ability_row() for updater in changed]
    _save_snapshots(changed)
    upsert_abilities(abilities)
    for updater in changed:
        charge_learner(updater.learner_id, rows=len(updater.events))
    update_replayed_events(*(event for updater in changed for event in updater.replayed))


def _save_snapshots(updaters: Iterable[LearnerStateUpdater]) -> None:
    """Replace the snapshots that lack a late answer, and save those that are due."""
    rows, due = [], {}
    for updater in updaters:
        row = updater.row
        if updater.replayed_from is not None and row.snapshot_due:
            snapshots.delete_later(updater.learner_id, updater.replayed_from)
        rows += [snapshot.row(updater.learner_id) for snapshot in updater.snapshots]
        is_due = row.answers >= (row.snapshot_due or snapshots.INTERVAL)
        if is_due and updater.end is not None and not updater.recompute_pending:
            due[updater.learner_id] = row, updater.end
    if due:
        rows += snapshots.take_due(due)
    snapshots.insert(rows)
