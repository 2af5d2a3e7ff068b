"""The logistic scale: conversions between probabilities and log odds, for floats and arrays.

A formula without branches is written once, for a `Number`: a float for the single answer of a
request, an array for a batch. Where a batch needs numpy and a single answer is several times faster
without it, a function has a vectorised twin with a plural name; tests keep the two equal.
"""

from __future__ import annotations

from math import exp, log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Number = TypeVar("Number", float, FloatArray)


def sigmoid(log_odds: float) -> float:
    """Return the probability of the given log odds, in [0, 1], without overflow."""
    if log_odds >= 0:
        return 1.0 / (1.0 + exp(-log_odds))
    odds = exp(log_odds)
    return odds / (1.0 + odds)


def sigmoids(log_odds: FloatArray) -> FloatArray:
    """Return `sigmoid` of each entry, in the same shape."""
    odds = np.exp(-np.abs(log_odds))
    probability: FloatArray = np.where(log_odds >= 0, 1.0, odds) / (1.0 + odds)
    return probability


def logit(probability: float) -> float:
    """Return the log odds of a probability.

    Raises
    ------
    ValueError : the probability is not inside (0, 1) (NaN included).
    """
    if not 0 < probability < 1:
        raise ValueError("probabilities must be inside (0, 1)")
    return log(probability / (1.0 - probability))


def logits(probability: FloatArray) -> FloatArray:
    """Return `logit` of each entry, in the same shape.

    Raises
    ------
    ValueError : a probability is not inside (0, 1) (NaN included).
    """
    if not np.all((probability > 0) & (probability < 1)):
        raise ValueError("probabilities must be inside (0, 1)")
    log_odds: FloatArray = np.log(probability / (1.0 - probability))
    return log_odds
