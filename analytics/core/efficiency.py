"""How well effort turns into right answers: the cognitive efficiency of one answer.

Learning-science 4: how well the learner's confidence agrees with the result, less where the
answer took longer than usual. Of a series of them, see `trend_series`.
"""

from __future__ import annotations

import numpy as np

from analytics.core.exponential_average import ExponentialAverage, absorb, decayed
from analytics.core.logistic import FloatArray, Number
from analytics.core.trend_series import DECAY

DEFAULT_CONFIDENCE = 3
DEFAULT_TYPICAL_SECONDS = 60.0


def efficiency(
    score: float,
    *,
    seconds: float | None = None,
    confidence: float | None = None,
    typical_seconds: float | None = None,
) -> float:
    """Return the efficiency of one answer, in [0, 1].

    e = a min(1, 2 / (1 + t / tau)): time counts only where it is longer than usual.

    Parameters
    ----------
    score : correctness in [0, 1]; in between mixes what 0 and 1 give.
    seconds : t, how long it took, >= 0; None: unknown, and e = a.
    confidence : 1 to 5; None: not asked, and taken as 3.
    typical_seconds : tau > 0, the median of the item, else of the skill; None: 60.

    Raises
    ------
    ValueError : an argument is out of its range (NaN included).
    """
    if confidence is None:
        confidence = DEFAULT_CONFIDENCE
    if not (0 <= score <= 1 and 1 <= confidence <= 5):
        raise ValueError("a score lies in [0, 1], confidence in 1 to 5")
    if seconds is None:
        return _agreement(score, confidence)
    if typical_seconds is None:
        typical_seconds = DEFAULT_TYPICAL_SECONDS
    if not (seconds >= 0 and typical_seconds > 0):
        raise ValueError("an answer takes 0 seconds or more, typically more than 0")
    return _agreement(score, confidence) * min(1.0, _pace(seconds, typical_seconds))


def efficiencies(
    score: FloatArray, seconds: FloatArray, confidence: FloatArray, typical_seconds: FloatArray
) -> FloatArray:
    """Return `efficiency` of each of many answers; NaN stands for None.

    Parameters
    ----------
    score, seconds, confidence, typical_seconds : of one shape, or shapes that broadcast.

    Raises
    ------
    ValueError : one is out of its range; of scores NaN included.
    """
    sure = np.where(np.isnan(confidence), DEFAULT_CONFIDENCE, confidence)
    typical = np.where(np.isnan(typical_seconds), DEFAULT_TYPICAL_SECONDS, typical_seconds)
    if not np.all((score >= 0) & (score <= 1) & (sure >= 1) & (sure <= 5)):
        raise ValueError("a score lies in [0, 1], confidence in 1 to 5")
    if np.any(seconds < 0) or np.any(typical <= 0):
        raise ValueError("an answer takes 0 seconds or more, typically more than 0")
    each: FloatArray = _agreement(score, sure) * np.fmin(1.0, _pace(seconds, typical))
    return each


def _agreement(score: Number, confidence: Number) -> Number:
    """Right: .6 when unsure up to 1 when sure; wrong: .2 when unsure down to 0."""
    beyond = confidence - 1.0
    return score * (0.6 + 0.1 * beyond) + (1.0 - score) * (0.2 - 0.05 * beyond)


def _pace(seconds: Number, typical_seconds: Number) -> Number:
    return 2.0 / (1.0 + seconds / typical_seconds)


def running_average(
    overall: ExponentialAverage[Number], value: Number
) -> ExponentialAverage[Number]:
    """Return a learner's mean efficiency over all skills with one more answer's; NaN spreads.

    It starts as `exponential_average.NO_AVERAGE`, of mean 0, and is all that has to be kept of it.
    """
    return absorb(decayed(overall, DECAY), value)
