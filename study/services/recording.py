"""Recording of study results, one at a time or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from analytics.models import Item
from analytics.services import (
    BulkResult,
    BulkRow,
    NamedAnswer,
    NotALearner,
    RecordedAnswer,
    record_many,
    record_named_answer,
)
from infra.db.group_commit import Finish
from roster.models import Actor, ApiKey, Facility, User
from roster.services import resolve_and_lock_learner
from study.commands import StudyResult
from study.selectors import PartnerMismatch, UnknownItem, get_partner

ItemName = str | UUID
# SQLite limits the number of parameters of a statement.
LOOKUP_BATCH_SIZE = 500


def study_result(
    result: StudyResult,
    *,
    actor: Actor,
    at: datetime,
    finish: Finish[RecordedAnswer] | None = None,
) -> RecordedAnswer:
    """Record one result for the learner it names.

    Parameters
    ----------
    finish : called with the result in the transaction.

    Raises
    ------
    PartnerMismatch : the result is for another partner.
    CannotRecordForOthers, UnknownLearner, AuthenticationRequired : see `resolve_and_lock_learner`.
    UnknownItem : the facility neither has the item nor creates new ones.
    EventOwnedByAnother : the event_id was used for another learner.
    NotALearner : the caller belongs to no facility.
    """
    get_partner(actor, result.partner_id)
    facility = _facility_of(actor)
    if facility and not facility.auto_provision and not _find_known_items([result.item], facility):
        with transaction.atomic():
            resolve_and_lock_learner(actor, result.user_id, at=at)  # its errors come first
        raise UnknownItem

    def finish_of_learner(recorded: RecordedAnswer) -> None:
        if facility is None:
            raise NotALearner
        if finish is not None:
            finish(recorded)

    return record_named_answer(
        NamedAnswer(user_id=result.user_id, answer=result.answer, actor=actor, at=at),
        finish=finish_of_learner,
    )


def study_results(
    rows: Sequence[BulkRow], *, actor: ApiKey | User, at: datetime
) -> list[BulkResult]:
    """Record all valid rows, and return the result of each row, in their order.

    Raises
    ------
    NotALearner : the caller belongs to no facility.
    """
    problems = dict(_find_problems(rows, actor))
    valid = [row for row in rows if row.index not in problems]
    rejected = [BulkResult(index=index, problem=problem) for index, problem in problems.items()]
    outcomes = rejected + record_many(valid, actor=actor, at=at)
    return sorted(outcomes, key=lambda outcome: outcome.index)


def _find_problems(
    rows: Sequence[BulkRow], actor: ApiKey | User
) -> Iterator[tuple[int, Exception]]:
    """Yield the problems of rows that can be found before any learner is locked."""
    results = {row.index: row.payload for row in rows if isinstance(row.payload, StudyResult)}
    foreign = _find_foreign_partners({result.partner_id for result in results.values()}, actor)
    facility = _facility_of(actor)
    unknown: set[ItemName] = set()
    if facility is not None and not facility.auto_provision:
        named = {each.item for each in results.values() if each.partner_id not in foreign}
        unknown = named - _find_known_items(named, facility)
    for index, result in results.items():
        if result.partner_id in foreign:
            yield index, PartnerMismatch()
        elif result.item in unknown:
            yield index, UnknownItem()


def _find_foreign_partners(partners: Iterable[str], actor: ApiKey | User) -> set[str]:
    """Return those of the partner ids that are not the caller's."""
    foreign = set()
    for partner_id in partners:
        try:
            get_partner(actor, partner_id)
        except PartnerMismatch:
            foreign.add(partner_id)
    return foreign


def _facility_of(actor: Actor) -> Facility | None:
    facility: Facility | None = getattr(actor, "facility", None)
    return facility


def _find_known_items(names: Iterable[ItemName], facility: Facility) -> set[ItemName]:
    """Return those of the names that items of a facility already have."""
    known: set[ItemName] = set()
    remaining = iter(names)
    while batch := list(islice(remaining, LOOKUP_BATCH_SIZE)):
        codes = [name for name in batch if isinstance(name, str)]
        guids = [name for name in batch if isinstance(name, UUID)]
        named = Q(code__in=codes) | Q(guid__in=guids)
        for pair in Item.objects.filter(named, facility=facility).values_list("code", "guid"):
            known.update(name for name in pair if name is not None)
    return known
