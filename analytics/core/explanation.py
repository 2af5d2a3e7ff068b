"""Reasons for missing progress, at one skill or at several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analytics.core.causes import Advice, Cause
from analytics.core.plateau import Indicator
from analytics.core.trajectory import Trajectory


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Signs of a plateau, its cause if one is known, and advice if there is a plateau."""

    indicators: frozenset[Indicator] = frozenset()
    cause: Cause | None = None
    advice: Advice | None = None


NOT_EXPLAINED = Explanation()


def explain(trajectory: Trajectory, typical_seconds: float | None) -> Explanation:
    """Return the explanation at one skill, with the typical time of all learners there."""
    return Explanation(
        indicators=frozenset(trajectory.indicators),
        cause=trajectory.cause(typical_seconds),
        advice=trajectory.recommendation(typical_seconds),
    )


def explain_all(trajectories: Iterable[tuple[Trajectory, float | None]]) -> Explanation:
    """Return the explanation over several skills.

    An indicator holds if it does at one of them. Cause and advice are those of most skills.
    """
    found = [explain(*each) for each in trajectories]
    causes = Counter(each.cause for each in found if each.cause)
    advice = Counter(each.advice for each in found if each.advice)
    return Explanation(
        indicators=frozenset().union(*(each.indicators for each in found)),
        cause=max(causes, key=lambda cause: causes[cause], default=None),
        advice=max(advice, key=lambda each: advice[each], default=None),
    )
