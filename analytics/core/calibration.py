"""How well the memory model knows one learner: its probabilities of recall, put right for them.

p = sigmoid(a + b logit R), with a and b learned by the learner's own reviews (Platt 1999), one
step of AdaGrad (Duchi, Hazan & Singer 2011) a review that came at least a day after the one
before: within a day an item is hardly forgotten, and says nothing of the model.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, logit, logits, sigmoid, sigmoids

MAX_LOG_ODDS = 5.0
MIN_RECALL, MAX_RECALL = sigmoid(-MAX_LOG_ODDS), sigmoid(MAX_LOG_ODDS)
OFFSET_RATE, SLOPE_RATE = 0.5, 0.2
MIN_SLOPE = 0.05  # nothing is remembered better by waiting


class Calibration(NamedTuple):
    """A learner's offset a and slope b, and the sums of squared gradients of each."""

    offset: float = 0.0
    slope: float = 1.0
    offset_sum: float = 1.0
    slope_sum: float = 1.0


UNCALIBRATED = Calibration()


class Calibrations(NamedTuple):
    """Those of many learners, as arrays of one shape."""

    offset: FloatArray
    slope: FloatArray
    offset_sum: FloatArray
    slope_sum: FloatArray

    @classmethod
    def begin(cls, count: int) -> Calibrations:
        """Return those of so many new learners."""
        return cls(*(np.full(count, value) for value in UNCALIBRATED))

    def take(self, rows: IntArray) -> Calibrations:
        """Return those of these rows."""
        return Calibrations(*(column[rows] for column in self))

    def put(self, rows: IntArray, calibrations: Calibrations) -> None:
        """Replace those of these rows, none twice, in place."""
        for column, values in zip(self, calibrations, strict=True):
            column[rows] = values


def log_odds(r: float) -> float:
    """Return the log odds of a probability of recall in [0, 1], within ±5."""
    return logit(min(max(r, MIN_RECALL), MAX_RECALL))


def many_log_odds(r: FloatArray) -> FloatArray:
    """Return `log_odds` of each."""
    return logits(np.clip(r, MIN_RECALL, MAX_RECALL))


def calibrate(r: float, calibration: Calibration) -> float:
    """Return the probability of recall that is served: in (0, 1), ever less the longer ago."""
    return sigmoid(calibration.offset + calibration.slope * log_odds(r))


def calibrate_many(r: FloatArray, calibrations: Calibration | Calibrations) -> FloatArray:
    """Return `calibrate` of each, by one learner's calibration or by one for each."""
    return sigmoids(calibrations.offset + calibrations.slope * many_log_odds(r))


def update(calibration: Calibration, r: float, score: float) -> Calibration:
    """Return the calibration after one more review at R, whose outcome was a score in [0, 1].

    Raises
    ------
    ValueError : R is NaN, or the score not in [0, 1]; NaN included.
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    offset, slope, offset_sum, slope_sum = calibration
    x = log_odds(r)
    error = sigmoid(offset + slope * x) - score
    offset_sum += error * error
    slope_sum += error * x * error * x
    return Calibration(
        offset - OFFSET_RATE * error / sqrt(offset_sum),
        max(MIN_SLOPE, slope - SLOPE_RATE * error * x / sqrt(slope_sum)),
        offset_sum,
        slope_sum,
    )


def update_many(calibrations: Calibrations, r: FloatArray, score: FloatArray) -> Calibrations:
    """Return `learned` of each: one more review of every learner; shapes (learners,)."""
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    offset, slope, offset_sum, slope_sum = calibrations
    x = many_log_odds(r)
    error = sigmoids(offset + slope * x) - score
    offset_sum = offset_sum + error * error
    slope_sum = slope_sum + error * x * error * x
    return Calibrations(
        offset - OFFSET_RATE * error / np.sqrt(offset_sum),
        np.maximum(MIN_SLOPE, slope - SLOPE_RATE * error * x / np.sqrt(slope_sum)),
        offset_sum,
        slope_sum,
    )
