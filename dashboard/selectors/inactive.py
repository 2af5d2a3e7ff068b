"""Who of some learners has not answered lately, or never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from infra.admin.formats import days_ago
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class InactiveLearner:
    """A learner without answers in the days that matter, and when the last one was, in words."""

    learner: User
    last: str


def inactive_learners(
    learners: Iterable[User], *, since: datetime, at: datetime
) -> list[InactiveLearner]:
    """Return who of these learners has answered nothing since then, in their order.

    Parameters
    ----------
    learners : with their ability.
    """
    newest = [(learner, newest_answer(learner)) for learner in learners]
    return [
        InactiveLearner(learner=learner, last=days_ago(last, at) if last else _("never"))
        for learner, last in newest
        if last is None or last < since
    ]


def newest_answer(learner: User) -> datetime | None:
    """Return when a learner, who comes with ability, answered last; None: never."""
    ability = getattr(learner, "ability", None)
    newest: datetime | None = ability.newest if ability else None
    return newest
