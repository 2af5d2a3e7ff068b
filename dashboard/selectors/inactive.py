"""Learners without recent answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from infra.admin.formats import days_ago
from roster.models import User


@dataclass(frozen=True, kw_only=True)
class InactiveLearner:
    """A learner without answers in a period, and the age of the last answer as text."""

    learner: User
    last: str


def find_inactive_learners(
    learners: Iterable[User], *, since: datetime, at: datetime
) -> list[InactiveLearner]:
    """Return the learners without an answer since a time, in their order.

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
    """Return the time of a learner's last answer, from the loaded ability; None if never."""
    ability = getattr(learner, "ability", None)
    newest: datetime | None = ability.newest if ability else None
    return newest
