"""At which hours of the day a learner does well: predicted efficiency by hour (learning-science 4).

What counts is not how much is right, but how much more than was predicted: whoever works on hard
items in the evening is not tired. An hour of few answers says little, so its mean is shrunk to
the learner's own over the whole day (Efron & Morris 1975).
"""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray, IntArray

HOURS = 24
UNKNOWN = 0.5
PSEUDO_ANSWERS = 10.0  # so many of the learner's usual ones are added to each hour's


def efficiency_by_hour(hour: IntArray, score: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return the efficiency to expect of one learner at each hour: shape (24,), in [0, 1].

    .5 is as usual for this learner, and where nothing is known; .6 says that at this hour they
    score .1 above their usual, beside what was predicted of each answer.

    Parameters
    ----------
    hour : of each answer, 0 to 23 in UTC; shape (answers,).
    score : in [0, 1].
    predicted : the probability of a right answer before it, in [0, 1].

    Raises
    ------
    ValueError : an hour that no day has, or a score or prediction outside [0, 1] (NaN included).
    """
    if not np.all((hour >= 0) & (hour < HOURS)):
        raise ValueError("hours count from 0 to 23")
    if not np.all((score >= 0) & (score <= 1) & (predicted >= 0) & (predicted <= 1)):
        raise ValueError("scores and predictions lie in [0, 1]")
    beyond = score - predicted
    usual = beyond.mean() if len(beyond) else 0.0
    answers = np.bincount(hour, minlength=HOURS)
    total = np.bincount(hour, weights=beyond - usual, minlength=HOURS)
    expected: FloatArray = np.clip(UNKNOWN + total / (answers + PSEUDO_ANSWERS), 0.0, 1.0)
    return expected
