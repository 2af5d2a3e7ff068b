"""Learning curves of a skill: the probability of a right answer by opportunity.

Newell & Rosenbloom 1981; opportunities as in Corbett & Anderson 1995. Learners stop once they have
mastered a skill, so later opportunities are those of slow learners, and the measured curve may
fall although no learner gets worse. The curve of the model covers all learners.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.bkt import Params, p_correct
from analytics.core.logistic import FloatArray, IntArray

MAX_OPPORTUNITIES = 20
MIN_LEARNERS = 5  # with fewer the mean is unreliable, and single learners could be identified
NORMAL_95 = 1.959964


class Opportunity(NamedTuple):
    """Mean score of the learners at one opportunity (from 1), and its 95 % band."""

    number: int
    learners: int
    mean: float
    low: float
    high: float


def measured_curve(number: IntArray, score: FloatArray) -> list[Opportunity]:
    """Return the opportunities 1 to 20 that at least five learners had.

    Parameters
    ----------
    number : shape (answers,), the opportunity number of each answer of its learner, from 1.
    score : shape (answers,), in [0, 1].

    Returns
    -------
    Each band is the 95 % interval of the mean (normal approximation), clipped to [0, 1].
    """
    rows = (score[number == i] for i in range(1, MAX_OPPORTUNITIES + 1))
    return [_opportunity(i, row) for i, row in enumerate(rows, 1) if len(row) >= MIN_LEARNERS]


def _opportunity(number: int, score: FloatArray) -> Opportunity:
    mean = float(score.mean())
    margin = NORMAL_95 * float(score.std(ddof=1)) / float(np.sqrt(len(score)))
    return Opportunity(number, len(score), mean, max(mean - margin, 0.0), min(mean + margin, 1.0))


def expected_curve(params: Params, count: int = MAX_OPPORTUNITIES) -> list[float]:
    """Return P(correct) at each opportunity by knowledge tracing, without observing any answer.

    Mastery at opportunity n is 1 − (1 − L0)(1 − T)^(n − 1).

    Parameters
    ----------
    params : the BKT parameters of the skill.
    count : number of opportunities.

    Returns
    -------
    Probabilities in [0, 1], `count` of them.
    """
    return [
        p_correct(1.0 - (1.0 - params.prior) * (1.0 - params.learn) ** i, params.guess, params.slip)
        for i in range(count)
    ]
