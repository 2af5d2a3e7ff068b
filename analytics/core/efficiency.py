"""Cognitive efficiency of one answer (learning-science 4).

The agreement of the learner's confidence with the result, reduced if the answer took longer than
usual. `trend_series` computes the discounted mean and the trend of a series of efficiencies.
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

    e = a min(1, 2 / (1 + t / tau)): time reduces it only beyond the typical time tau.

    Parameters
    ----------
    score : correctness in [0, 1]; a score in between mixes the values at 0 and 1.
    seconds : response time t >= 0; None if unknown, then e = a.
    confidence : 1 to 5; None counts as 3.
    typical_seconds : tau > 0, the median of the item or else of the skill; None counts as 60.

    Raises
    ------
    ValueError : an argument is outside its range (NaN included).
    """
    if confidence is None:
        confidence = DEFAULT_CONFIDENCE
    if not (0 <= score <= 1 and 1 <= confidence <= 5):
        raise ValueError("scores must be in [0, 1], and confidence from 1 to 5")
    if seconds is None:
        return _agreement(score, confidence)
    if typical_seconds is None:
        typical_seconds = DEFAULT_TYPICAL_SECONDS
    if not (seconds >= 0 and typical_seconds > 0):
        raise ValueError("seconds must not be negative, and typical_seconds must be above 0")
    return _agreement(score, confidence) * min(1.0, _time_factor(seconds, typical_seconds))


def efficiencies(
    score: FloatArray, seconds: FloatArray, confidence: FloatArray, typical_seconds: FloatArray
) -> FloatArray:
    """Return `efficiency` of each answer; NaN stands for None.

    Parameters
    ----------
    score, seconds, confidence, typical_seconds : arrays of one shape, or broadcastable shapes.

    Raises
    ------
    ValueError : a value is outside its range; for scores NaN included.
    """
    confidences = np.where(np.isnan(confidence), DEFAULT_CONFIDENCE, confidence)
    typical_times = np.where(np.isnan(typical_seconds), DEFAULT_TYPICAL_SECONDS, typical_seconds)
    if not np.all((score >= 0) & (score <= 1) & (confidences >= 1) & (confidences <= 5)):
        raise ValueError("scores must be in [0, 1], and confidence from 1 to 5")
    if np.any(seconds < 0) or np.any(typical_times <= 0):
        raise ValueError("seconds must not be negative, and typical_seconds must be above 0")
    result: FloatArray = _agreement(score, confidences) * np.fmin(
        1.0, _time_factor(seconds, typical_times)
    )
    return result


def _agreement(score: Number, confidence: Number) -> Number:
    """Return the agreement a of confidence c and result.

    Right: .6 + .1(c − 1), from .6 to 1; wrong: .2 − .05(c − 1), from .2 down to 0.
    """
    steps_above_lowest = confidence - 1.0
    return score * (0.6 + 0.1 * steps_above_lowest) + (1.0 - score) * (
        0.2 - 0.05 * steps_above_lowest
    )


def _time_factor(seconds: Number, typical_seconds: Number) -> Number:
    return 2.0 / (1.0 + seconds / typical_seconds)


def running_average(
    average: ExponentialAverage[Number], value: Number
) -> ExponentialAverage[Number]:
    """Return a learner's mean efficiency over all skills after one more answer; NaN propagates.

    The average starts as `exponential_average.NO_AVERAGE` (mean 0) and needs no other state.
    """
    return absorb(decayed(average, DECAY), value)
