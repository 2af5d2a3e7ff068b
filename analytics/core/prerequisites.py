"""Prerequisites of skills: cycles of the graph, and edges that mastery suggests.

Learning-science 7. Skill a is suggested before skill b if success at b without a is rare: of the
learners who practised both and have not mastered a, at most a tenth has mastered b, with 95 %
certainty (Wilson 1927). With a it must be clearly more frequent, or b is only hard; and a without b
must not be as rare, or both are learned together. An edge that follows from two others is left out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple, TypeVar

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray

MAX_RARE = 0.10  # share of successes without the prerequisite
MIN_FREQUENT = 0.25  # share of successes with it
MIN_LEARNERS = 20  # on each side
MAX_SUGGESTIONS = 200
_Z = 1.645  # one-sided 95 %

K = TypeVar("K", bound=Hashable)


class Suggested(NamedTuple):
    """A suggested edge between two columns, with its numbers of learners; see the model."""

    before: int
    after: int
    learners: int
    successes: int
    bound: float
    informed: int
    informed_successes: int


def find_cycle(edges: Iterable[tuple[K, K]]) -> list[K] | None:
    """Return the nodes of a cycle in their order, the first one again at the end; None without."""
    graph: dict[K, set[K]] = {}
    for before, after in edges:
        graph.setdefault(after, set()).add(before)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle: list[K] = error.args[1]
        return cycle
    return None


def suggest(practised: BoolArray, known: BoolArray) -> list[Suggested]:
    """Return the edges that the mastery of learners suggests, the rarest successes first.

    Parameters
    ----------
    practised : shape (learners, skills); whether the learner has answered often enough.
    known : same shape; whether the learner has mastered the skill. Counts only where practised.
    """
    has = (practised & known).astype(np.float64)
    lacks = (practised & ~known).astype(np.float64)
    # Row a, column b: counts of learners by what they know of a and b.
    only_after, neither = lacks.T @ has, lacks.T @ lacks
    both, only_before = has.T @ has, has.T @ lacks
    without, informed = only_after + neither, both + only_before
    bound = wilson_bound(only_after, without)
    # Of learners without b, how many know a: for edges in one direction only.
    reverse = wilson_bound(only_before, only_before + neither)
    is_edge = (
        (without >= MIN_LEARNERS)
        & (informed >= MIN_LEARNERS)
        & (bound <= MAX_RARE)
        & (both >= MIN_FREQUENT * np.maximum(informed, 1.0))
        & (reverse > MAX_RARE)
    )
    np.fill_diagonal(is_edge, val=False)
    steps = is_edge.astype(np.float64)
    is_edge &= (steps @ steps) == 0
    pairs = np.argwhere(is_edge)
    order = np.argsort(bound[is_edge], kind="stable")[:MAX_SUGGESTIONS]
    return [
        Suggested(
            before=int(a),
            after=int(b),
            learners=int(without[a, b]),
            successes=int(only_after[a, b]),
            bound=float(bound[a, b]),
            informed=int(informed[a, b]),
            informed_successes=int(both[a, b]),
        )
        for a, b in pairs[order]
    ]


def wilson_bound(successes: FloatArray, trials: FloatArray) -> FloatArray:
    """Return the upper 95 % bound of a share (Wilson 1927), in [0, 1]; 1 without trials."""
    n = np.maximum(trials, 1.0)
    share, square = successes / n, _Z**2
    margin = _Z * np.sqrt(share * (1.0 - share) / n + square / (4.0 * n**2))
    bound: FloatArray = (share + square / (2.0 * n) + margin) / (1.0 + square / n)
    return np.where(trials > 0, np.minimum(bound, 1.0), 1.0)
