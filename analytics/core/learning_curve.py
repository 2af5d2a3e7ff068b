"""A skill's learning curve: how right answers grow from one opportunity to the next.

Newell & Rosenbloom 1981; opportunities as in Corbett & Anderson 1995. Learners stop once they
have mastered a skill, so later opportunities are of those who learn slowly, and the measured
curve may turn down though nobody gets worse; the model's curve is of everybody.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.bkt import Params, p_correct
from analytics.core.logistic import FloatArray, IntArray

MAX_OPPORTUNITIES = 20
MIN_LEARNERS = 5  # fewer say nothing, and could be recognised
NORMAL_95 = 1.959964


class Opportunity(NamedTuple):
    """The mean score at one opportunity (from 1) of so many learners, and its 95 % band."""

    number: int
    learners: int
    mean: float
    low: float
    high: float


def measured_curve(number: IntArray, score: FloatArray) -> list[Opportunity]:
    """Return the opportunities 1 to 20 that five learners or more had.

    Parameters
    ----------
    number : shape (answers,), the which answer of its learner each is, from 1.
    score : shape (answers,), in [0, 1].

    Returns
    -------
    Each band is that of a mean of so many scores (normal approximation), within [0, 1].
    """
    rows = (score[number == i] for i in range(1, MAX_OPPORTUNITIES + 1))
    return [_opportunity(i, row) for i, row in enumerate(rows, 1) if len(row) >= MIN_LEARNERS]


def _opportunity(number: int, score: FloatArray) -> Opportunity:
    mean = float(score.mean())
    error = NORMAL_95 * float(score.std(ddof=1)) / float(np.sqrt(len(score)))
    return Opportunity(number, len(score), mean, max(mean - error, 0.0), min(mean + error, 1.0))


def expected_curve(params: Params, count: int = MAX_OPPORTUNITIES) -> list[float]:
    """Return P(right) at each opportunity by knowledge tracing alone: before any answer is seen.

    Mastery at opportunity n is 1 − (1 − L0)(1 − T)^(n − 1).
    """
    return [
        p_correct(1.0 - (1.0 - params.prior) * (1.0 - params.learn) ** i, params.guess, params.slip)
        for i in range(count)
    ]
