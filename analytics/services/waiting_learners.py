"""Work of jobs on learners that wait for it, a bounded part in each transaction."""

from __future__ import annotations

from typing import Protocol

from analytics.models import LearnerAbility
from roster.models import UserQuerySet


class Work(Protocol):
    """Does up to `limit` units of work for one learner, and returns how many it did."""

    def __call__(self, ability: LearnerAbility, /, *, limit: int) -> int:
        """Do the work."""


def process_waiting(waiting: UserQuerySet, work: Work, *, limit: int) -> int:
    """Lock learners one after another and do their work, `limit` units in all.

    Parameters
    ----------
    waiting : the learners that wait, in the order in which they are taken.
    work : leaves a learner waiting only if it has reached its limit.
    limit : units of work, > 0.

    Returns
    -------
    The number of learners; 0 if none is left, or other transactions have locked them.
    """
    lockable = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True)
    learners, remaining = 0, limit
    while remaining > 0 and (learner := lockable.first()):
        remaining -= work(LearnerAbility.objects.get(learner=learner), limit=remaining)
        learners += 1
    return learners
