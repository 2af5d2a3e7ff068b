"""Calibration of the memory model for one learner: a correction of FSRS-6's recall probability.

p = sigmoid(a + b logit R) (Platt scaling; Platt 1999). The weights a and b of a learner are
learned online from their own reviews, by one step of AdaGrad (Duchi, Hazan & Singer 2011) per
review. Only reviews at least a day after the previous review of the item count: within a day
hardly anything is forgotten, so such a review carries no evidence about the model.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, logit, logits, sigmoid, sigmoids

MAX_LOG_ODDS = 5.0
MIN_RECALL, MAX_RECALL = sigmoid(-MAX_LOG_ODDS), sigmoid(MAX_LOG_ODDS)
OFFSET_RATE, SLOPE_RATE = 0.5, 0.2
MIN_SLOPE = 0.05  # above 0: recall never rises with time since the last review
# Limits from which a few reviews lead back, however many led there.
MAX_OFFSET, MAX_SLOPE = 3.0, 3.0


class Calibration(NamedTuple):
    """A learner's offset a and slope b, and the sum of squared gradients of each."""

    offset: float = 0.0
    slope: float = 1.0
    offset_sum: float = 1.0
    slope_sum: float = 1.0


UNCALIBRATED = Calibration()


class Calibrations(NamedTuple):
    """Calibrations of many learners, as arrays of one shape."""

    offset: FloatArray
    slope: FloatArray
    offset_sum: FloatArray
    slope_sum: FloatArray

    @classmethod
    def initial(cls, count: int) -> Calibrations:
        """Return the initial calibrations of `count` learners, shape (count,)."""
        return cls(*(np.full(count, value) for value in UNCALIBRATED))

    def take(self, rows: IntArray) -> Calibrations:
        """Return the calibrations of the given rows."""
        return Calibrations(*(column[rows] for column in self))

    def put(self, rows: IntArray, calibrations: Calibrations) -> None:
        """Replace the calibrations of the given rows in place; no row may occur twice."""
        for column, values in zip(self, calibrations, strict=True):
            column[rows] = values


def log_odds(r: float) -> float:
    """Return the log odds of a recall probability in [0, 1], clipped to [-5, 5]."""
    return logit(min(max(r, MIN_RECALL), MAX_RECALL))


def many_log_odds(r: FloatArray) -> FloatArray:
    """Return `log_odds` of each entry, in the same shape."""
    return logits(np.clip(r, MIN_RECALL, MAX_RECALL))


def calibrate(r: float, calibration: Calibration) -> float:
    """Return the calibrated recall probability, in (0, 1); it never falls with rising `r`."""
    return sigmoid(calibration.offset + calibration.slope * log_odds(r))


def calibrate_many(r: FloatArray, calibrations: Calibration | Calibrations) -> FloatArray:
    """Return `calibrate` of each entry.

    Parameters
    ----------
    r : recall probabilities in [0, 1], of any shape.
    calibrations : one learner's calibration for all entries, or one calibration per entry.
    """
    return sigmoids(calibrations.offset + calibrations.slope * many_log_odds(r))


def update(calibration: Calibration, r: float, score: float) -> Calibration:
    """Return the calibration after one more review.

    Parameters
    ----------
    calibration : the calibration before the review.
    r : the uncalibrated recall probability R at the review; clipped as in `log_odds`.
    score : the outcome of the review, in [0, 1].

    Raises
    ------
    ValueError : R is NaN, or the score is outside [0, 1] (NaN included).
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    offset, slope, offset_sum, slope_sum = calibration
    x = log_odds(r)
    error = sigmoid(offset + slope * x) - score
    offset_sum += error * error
    slope_sum += error * x * error * x
    offset -= OFFSET_RATE * error / sqrt(offset_sum)
    slope -= SLOPE_RATE * error * x / sqrt(slope_sum)
    return Calibration(
        min(max(offset, -MAX_OFFSET), MAX_OFFSET),
        min(max(slope, MIN_SLOPE), MAX_SLOPE),
        offset_sum,
        slope_sum,
    )


def update_many(calibrations: Calibrations, r: FloatArray, score: FloatArray) -> Calibrations:
    """Return `update` of each learner, one review per learner; all shapes are (learners,).

    Raises
    ------
    ValueError : as for `update`, if any row is invalid.
    """
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    offset, slope, offset_sum, slope_sum = calibrations
    x = many_log_odds(r)
    error = sigmoids(offset + slope * x) - score
    offset_sum = offset_sum + error * error
    slope_sum = slope_sum + error * x * error * x
    return Calibrations(
        np.clip(offset - OFFSET_RATE * error / np.sqrt(offset_sum), -MAX_OFFSET, MAX_OFFSET),
        np.clip(slope - SLOPE_RATE * error * x / np.sqrt(slope_sum), MIN_SLOPE, MAX_SLOPE),
        offset_sum,
        slope_sum,
    )
