"""Rebuilding what we believe from the evidence alone, many learners at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from analytics.models import ItemMemory, LearnerAbility, LearningEvent, SkillState
from analytics.services.apply_rebuild import apply_differences
from analytics.services.rebuild_check import Difference, compare
from analytics.services.replay_events import ReplayResult, replay_events
from roster.models import User, UserQuerySet

READ_BATCH_SIZE = 500
LOCK_BATCH_SIZE = 25


@dataclass(kw_only=True)
class RebuildProgress:
    """What a part of a rebuild came to; `answers` are all these learners have."""

    learners: int = 0
    answers: int = 0
    differences: list[Difference] = field(default_factory=list)


def rebuild(
    learners: UserQuerySet, *, check: bool = False, newest_parameters: bool = False
) -> Iterator[RebuildProgress]:
    """Rebuild the beliefs about some learners, and yield what each part came to.

    Nobody waits for the arithmetic: it is done on what is read without a lock. Who then differs
    from what is stored is locked, a few at a time, and where answers arrived meanwhile told once
    more before anything is written.

    Parameters
    ----------
    check : change nothing, only tell what differs.
    newest_parameters : judge every skill by its newest fit, instead of the one each belief has.
    """
    for part in _parts(learners):
        retold = replay_events(part, newest_parameters=newest_parameters)
        tally = RebuildProgress(learners=len(part), answers=sum(retold.answers.values()))
        suspects = sorted({difference.learner_id for difference in compare(retold, part)})
        for start in range(0, len(suspects), LOCK_BATCH_SIZE):
            few = suspects[start : start + LOCK_BATCH_SIZE]
            tally.differences += _apply_locked(
                few, retold, check=check, newest_parameters=newest_parameters
            )
        yield tally


def _parts(learners: UserQuerySet) -> Iterator[list[UUID]]:
    """Yield everybody there is evidence of, or a belief about, a bounded number at a time."""
    whose = [
        Exists(model.objects.filter(learner=OuterRef("pk")))
        for model in (LearningEvent, LearnerAbility, SkillState, ItemMemory)
    ]
    known = learners.filter(whose[0] | whose[1] | whose[2] | whose[3]).order_by("pk")
    part = list(known.values_list("pk", flat=True)[:READ_BATCH_SIZE])
    while part:
        yield part
        part = list(known.filter(pk__gt=part[-1]).values_list("pk", flat=True)[:READ_BATCH_SIZE])


@transaction.atomic
def _apply_locked(
    learner_ids: Sequence[UUID], retold: ReplayResult, *, check: bool, newest_parameters: bool
) -> list[Difference]:
    """Compare again what nobody can change now, and put right what differs."""
    locked = User.objects.filter(pk__in=learner_ids).order_by("pk").select_for_update(no_key=True)
    present = [learner.pk for learner in locked.only("pk")]
    if _answers(present) != {pk: retold.answers[pk] for pk in present}:
        retold = replay_events(present, newest_parameters=newest_parameters)
    found = compare(retold, present)
    if found and not check:
        apply_differences(retold, found)
    return found


def _answers(learner_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many events each of them has."""
    counted = (
        LearningEvent.objects.filter(learner__in=learner_ids)
        .order_by()
        .values("learner")
        .annotate(count=Count("pk"))
        .values_list("learner", "count")
    )
    return {**dict.fromkeys(learner_ids, 0), **dict(counted)}
