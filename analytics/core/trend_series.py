"""Discounted mean and trend of a number that comes with each answer.

Learning-science 3 and 4: weights halve every twelve answers. The mean and the weighted
least-squares line over the answer number are computed from three sums. The weights express
relevance, not precision: all answers are assumed equally noisy, so the standard error of the slope
is sqrt(v sum(w^2 (age - lag)^2)) / sum(w (age - lag)^2), with v the variance around the line.
"""

from __future__ import annotations

from functools import lru_cache
from math import nan, sqrt
from typing import Generic, NamedTuple

import numpy as np

from analytics.core.logistic import Number

HALF_LIFE = 12.0  # answers
DECAY = 2.0 ** (-1.0 / HALF_LIFE)
MIN_ANSWERS = 8
ERRORS_BELOW = 1.64  # standard errors: one-sided 95 %
SAME_DIFFICULTY = 0.2  # logits
_SETTLED = 768  # the oldest of so many answers has weight 2 ** -64; more change no float
_ROUNDING = 1e-9  # smaller slopes may be rounding errors


class Series(NamedTuple, Generic[Number]):
    """Discounted sums over the values y so far, with w = 2 ** (-age / 12) and age in answers.

    `total` is sum(w y), `lagged` sum(w age y), `squared` sum(w y y).
    """

    total: Number
    lagged: Number
    squared: Number


EMPTY = Series(0.0, 0.0, 0.0)


class Slope(NamedTuple):
    """Change per answer and its standard error; NaN with too few answers."""

    change: float
    error: float


def append(series: Series[Number], value: Number) -> Series[Number]:
    """Return the series with one more value; NaN propagates."""
    return Series(
        DECAY * series.total + value,
        DECAY * (series.lagged + series.total),
        DECAY * series.squared + value * value,
    )


def mean(series: Series[Number], answers: Number) -> Number:
    """Return the discounted mean of a series of `answers` values (>= 1)."""
    weight: Number = (1.0 - DECAY**answers) / (1.0 - DECAY)
    return series.total / weight


def slope(series: Series[float], answers: int) -> Slope:
    """Return the change of the values per answer; NaN with fewer than three."""
    if answers < 3:
        return Slope(nan, nan)
    design = _design(min(answers, _SETTLED))
    change = (design.lag * series.total - series.lagged) / design.spread
    residual = series.squared - series.total**2 / design.weight - change**2 * design.spread
    variance = max(residual, 0.0) / design.freedom
    return Slope(change, sqrt(variance * design.noise))


def is_falling(series: Series[float], difficulties: Series[float], answers: int) -> bool:
    """Return whether the values fall beyond chance on questions of unchanged difficulty.

    The fall has to be significant at 95 % (one-sided). Difficulty is unchanged if the line through
    the difficulties moved by less than .2 logits over the last twelve answers, or over all of them
    if there are fewer.
    """
    if answers < MIN_ANSWERS:
        return False
    change, error = slope(series, answers)
    difficulty_change = slope(difficulties, answers).change * min(answers - 1.0, HALF_LIFE)
    return change < -ERRORS_BELOW * error - _ROUNDING and abs(difficulty_change) < SAME_DIFFICULTY


class _Design(NamedTuple):
    """Constants of the regression over a number of answers, independent of the values.

    `weight` is sum(w), `lag` the mean age, `spread` sum(w (age - lag)^2). For values of variance v,
    the expected weighted sum of squared residuals is v `freedom`, and the variance of the slope v
    `noise`.
    """

    weight: float
    lag: float
    spread: float
    freedom: float
    noise: float


@lru_cache(maxsize=_SETTLED)
def _design(answers: int) -> _Design:
    age = np.arange(answers, dtype=np.float64)
    w = DECAY**age
    weight = w.sum()
    lag = (w @ age) / weight
    deviation = age - lag
    spread = w @ deviation**2
    leverage = w**2 @ deviation**2
    freedom = weight - w @ w / weight - leverage / spread
    return _Design(*map(float, (weight, lag, spread, freedom, leverage / spread**2)))
