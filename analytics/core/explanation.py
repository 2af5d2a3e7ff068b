"""Reasons for missing progress, at one skill or at several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from analytics.core.causes import Advice, Cause
from analytics.core.plateau import Indicator
from analytics.core.trajectory import Trajectory


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Signs of a plateau, its cause if one is known, and advice if there is a plateau.

    `prerequisite` is the name of the weak skill, if that is the cause.
    """

    indicators: frozenset[Indicator] = frozenset()
    cause: Cause | None = None
    advice: Advice | None = None
    prerequisite: str | None = None

    @property
    def recommendation(self) -> str | None:
        """The advice in English; None without any."""
        return self.advice.sentence(self.prerequisite) if self.advice else None


T = TypeVar("T")
NOT_EXPLAINED = Explanation()


def explain(
    trajectory: Trajectory, typical_seconds: float | None, prerequisite: str | None
) -> Explanation:
    """Return the explanation at one skill.

    Parameters
    ----------
    typical_seconds : median time of all learners' answers there; None if unknown.
    prerequisite : name of a skill that comes before it and that the learner has not mastered; None
        if there is none.
    """
    is_weak = prerequisite is not None
    cause = trajectory.cause(typical_seconds, is_prerequisite_weak=is_weak)
    advice = (
        trajectory.advice(typical_seconds, is_prerequisite_weak=is_weak)
        if trajectory.is_plateau
        else None
    )
    return Explanation(
        indicators=frozenset(trajectory.indicators),
        cause=cause,
        advice=advice,
        prerequisite=prerequisite if cause is Cause.PREREQUISITE else None,
    )


def explain_all(explanations: Iterable[Explanation]) -> Explanation:
    """Return the explanation over several skills.

    An indicator holds if it does at one of them. Cause, advice and prerequisite are those of most
    skills.
    """
    found = list(explanations)
    return Explanation(
        indicators=frozenset().union(*(each.indicators for each in found)),
        cause=_most_frequent(each.cause for each in found),
        advice=_most_frequent(each.advice for each in found),
        prerequisite=_most_frequent(each.prerequisite for each in found),
    )


def _most_frequent(values: Iterable[T | None]) -> T | None:
    """Return the most frequent value besides None, the first of several; None without any."""
    counts = Counter(value for value in values if value is not None)
    return max(counts, key=counts.__getitem__, default=None)
