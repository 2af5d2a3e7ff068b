"""One line on a class: how many learners need help, have not started, and have improved."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np

from analytics.core.weekly_changes import WeeklyChanges, weekly_changes
from analytics.rows import DAY
from dashboard.selectors.inactive import newest_answer
from logger.models import ContentSummary
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class ClassSummary:
    """Numbers of learners.

    Learners who have `not_started` have neither answered a question nor opened a content. Those
    who `improved` have a level that rose by more than chance: in the last seven days, compared with
    the seven before, over all skills with answers in both weeks. It is None if nobody has such a
    skill.
    """

    learners: int
    need_help: int
    not_started: int
    improved: int | None

    @property
    def has_started(self) -> bool:
        """True if at least one learner has started."""
        return self.not_started < self.learners


def get_class_summary(
    learners: Mapping[UUID, User],
    trajectories: Sequence[tuple[UUID, UUID, bytes]],
    *,
    need_help: int,
    opened: int,
    at: datetime,
) -> ClassSummary:
    """Return the summary of some learners.

    Parameters
    ----------
    learners : with their ability, by id.
    trajectories : skill, learner and packed trajectory of the states practised in the last week.
    need_help : number of learners who need help.
    opened : number of learners who opened a content, of those who never answered.
    """
    return ClassSummary(
        learners=len(learners),
        need_help=need_help,
        not_started=len(_unanswered(learners)) - opened,
        improved=_count_improved(learners, trajectories, at),
    )


def _unanswered(learners: Mapping[UUID, User]) -> list[UUID]:
    return [pk for pk, learner in learners.items() if newest_answer(learner) is None]


def count_opened(learners: Mapping[UUID, User]) -> int:
    """Return how many learners have opened a content, of those who never answered."""
    unanswered = _unanswered(learners)
    if not unanswered:
        return 0
    opened = ContentSummary.objects.filter(user__in=unanswered).order_by()
    return opened.values("user").distinct().count()


def get_weekly_changes(
    learners: Collection[UUID], trajectories: Sequence[tuple[UUID, UUID, bytes]], at: datetime
) -> WeeklyChanges:
    """Return the changes of level of learners, in their order.

    `trajectories` are skill, learner and packed trajectory, as in `get_class_summary`.
    """
    number = {pk: index for index, pk in enumerate(learners)}
    return weekly_changes(
        [course for _, _, course in trajectories],
        np.array([number[learner_id] for _, learner_id, _ in trajectories], np.int64),
        learners=len(number),
        day=at.timestamp() / DAY,
    )


def _count_improved(
    learners: Collection[UUID], trajectories: Sequence[tuple[UUID, UUID, bytes]], at: datetime
) -> int | None:
    changes = get_weekly_changes(learners, trajectories, at)
    return int(changes.is_rise.sum()) if changes.is_measured.any() else None
