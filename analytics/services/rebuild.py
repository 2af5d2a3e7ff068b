"""Rebuild of learner states from the events alone, many learners at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from analytics.models import DailyActivity, ItemMemory, LearnerAbility, LearningEvent, SkillState
from analytics.services.apply_rebuild import apply_differences
from analytics.services.rebuild_check import Difference, compare
from analytics.services.replay_events import ReplayResult, Versions, replay_events
from roster.models import User, UserQuerySet

READ_BATCH_SIZE = 500
LOCK_BATCH_SIZE = 25


@dataclass(kw_only=True)
class RebuildProgress:
    """The result of one batch of a rebuild; `answers` counts all events of its learners.

    `waiting` counts the learners who were not checked, because late answers wait to be evaluated.
    """

    learners: int = 0
    answers: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)


def rebuild(
    learners: UserQuerySet, *, check: bool = False, newest_parameters: bool = False
) -> Iterator[RebuildProgress]:
    """Rebuild the states of some learners, and yield the result of each batch.

    The computation blocks nobody: it runs on rows that are read without a lock. Learners with
    differences are then locked, a few at a time. If answers arrived or skills were fitted in the
    meantime, their events are replayed once more before anything is compared or written.

    Parameters
    ----------
    check : change nothing, only report the differences. Learners with late answers that wait to be
        evaluated are left out. Otherwise the rebuild evaluates these answers, too.
    newest_parameters : replay every skill with its newest fit, instead of the fit of each state.
    """
    for batch in _learner_batches(learners):
        replay = replay_events(batch, newest_parameters=newest_parameters)
        progress = RebuildProgress(learners=len(batch), answers=sum(replay.answers.values()))
        found = defaultdict(list)
        for difference in compare(replay, batch):
            found[difference.learner_id].append(difference)
        if check:
            progress.waiting = _waiting(batch).count()
        differing = sorted(found)
        for start in range(0, len(differing), LOCK_BATCH_SIZE):
            chunk = {pk: found[pk] for pk in differing[start : start + LOCK_BATCH_SIZE]}
            progress.differences += _apply_locked(
                chunk, replay, check=check, newest_parameters=newest_parameters
            )
        yield progress


def _learner_batches(learners: UserQuerySet) -> Iterator[list[UUID]]:
    """Yield the keys of all learners with events or states, a bounded number at a time."""
    has_rows = [
        Exists(model.objects.filter(learner=OuterRef("pk")))
        for model in (LearningEvent, LearnerAbility, SkillState, ItemMemory, DailyActivity)
    ]
    known = learners.filter(reduce(or_, has_rows)).order_by("pk")
    batch = list(known.values_list("pk", flat=True)[:READ_BATCH_SIZE])
    while batch:
        yield batch
        batch = list(known.filter(pk__gt=batch[-1]).values_list("pk", flat=True)[:READ_BATCH_SIZE])


@transaction.atomic
def _apply_locked(
    found: Mapping[UUID, list[Difference]],
    replay: ReplayResult,
    *,
    check: bool,
    newest_parameters: bool,
) -> list[Difference]:
    """Lock the learners and, unless `check`, write what differs.

    Before a check reports anything, and if events changed since they were read, the differences
    that were found are not relied on: the rows are compared again.
    """
    locked = User.objects.filter(pk__in=found).order_by("pk").select_for_update(no_key=True)
    present = [learner.pk for learner in locked.only("pk")]
    if check:
        waiting = set(_waiting(present).values_list("pk", flat=True))
        present = [pk for pk in present if pk not in waiting]
    selected = set(present)
    is_outdated = _read_versions(present) != {
        key: value for key, value in replay.versions.items() if key[0] in selected
    }
    if is_outdated:
        replay = replay_events(present, newest_parameters=newest_parameters)
    if check or is_outdated:
        differences = compare(replay, present)
    else:
        differences = [each for pk in present for each in found[pk]]
    if differences and not check:
        apply_differences(replay, differences)
    return differences


def _waiting(learner_ids: Collection[UUID]) -> QuerySet[LearnerAbility]:
    """Return the learners with late answers that wait to be evaluated."""
    return LearnerAbility.objects.filter(learner__in=learner_ids, recompute_from__isnull=False)


def _read_versions(learner_ids: Collection[UUID]) -> Versions:
    """Return `ReplayResult.versions` of the stored events.

    New answers change the count. A fit of a skill raises the version of all of its events.
    """
    by_skill = LearningEvent.objects.filter(learner__in=learner_ids).order_by()
    rows = by_skill.values_list("learner", "skill").annotate(Count("pk"), Sum("parameter_version"))
    return {(learner, skill): (count, versions) for learner, skill, count, versions in rows}
