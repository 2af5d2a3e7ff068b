"""Predicted efficiency by hour of the day (learning-science 4).

The measure is the score minus the prediction, so that difficult items in the evening do not look
like tiredness. The mean of an hour with few answers is uncertain; it is shrunk towards the
learner's own mean over the day (Efron & Morris 1975).
"""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray, IntArray

HOURS = 24
UNKNOWN = 0.5
PSEUDO_ANSWERS = 10.0  # answers at the learner's average that are added to each hour


def efficiency_by_hour(hour: IntArray, score: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return the expected efficiency of one learner at each hour, shape (24,), in [0, 1].

    .5 is the learner's average, and the value of hours without answers. .6 means that at this hour
    the score exceeds its prediction by .1 more than on average.

    Parameters
    ----------
    hour : hour of each answer, 0 to 23, in UTC; shape (answers,).
    score : shape (answers,), in [0, 1].
    predicted : shape (answers,), P(correct) before the answer, in [0, 1].

    Raises
    ------
    ValueError : an hour outside 0 to 23, or a score or prediction outside [0, 1] (NaN included).
    """
    if not np.all((hour >= 0) & (hour < HOURS)):
        raise ValueError("hours must be from 0 to 23")
    if not np.all((score >= 0) & (score <= 1) & (predicted >= 0) & (predicted <= 1)):
        raise ValueError("scores and predictions lie in [0, 1]")
    residual = score - predicted
    mean_residual = residual.mean() if len(residual) else 0.0
    answers = np.bincount(hour, minlength=HOURS)
    total = np.bincount(hour, weights=residual - mean_residual, minlength=HOURS)
    expected: FloatArray = np.clip(UNKNOWN + total / (answers + PSEUDO_ANSWERS), 0.0, 1.0)
    return expected
