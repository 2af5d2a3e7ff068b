"""A number that comes with each answer: its discounted mean, and whether it falls.

Learning-science 3 and 4: an answer weighs half after twelve more. The mean and the least-squares
line over the number of the answer are read from three sums. Weights only say what is of interest:
every answer counts as equally noisy, so the slope's standard error is
sqrt(v sum(w^2 (age - lag)^2)) / sum(w (age - lag)^2) with v the variance around the line.
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
_SETTLED = 768  # answers whose eldest weighs 2 ** -64, so that more change no float
_ROUNDING = 1e-9  # a slope this small may be nothing but rounding


class Series(NamedTuple, Generic[Number]):
    """The sums over the numbers y so far, with w = 2 ** (-age / 12), age in answers.

    `total` is sum(w y), `lagged` sum(w age y), `squared` sum(w y y).
    """

    total: Number
    lagged: Number
    squared: Number


EMPTY = Series(0.0, 0.0, 0.0)


class Slope(NamedTuple):
    """A change per answer and its standard error; NaN where there are too few answers."""

    change: float
    error: float


def append(series: Series[Number], value: Number) -> Series[Number]:
    """Return the series with one more number; NaN spreads."""
    return Series(
        DECAY * series.total + value,
        DECAY * (series.lagged + series.total),
        DECAY * series.squared + value * value,
    )


def mean(series: Series[Number], answers: Number) -> Number:
    """Return the discounted mean of so many numbers (>= 1)."""
    weight: Number = (1.0 - DECAY**answers) / (1.0 - DECAY)
    return series.total / weight


def slope(series: Series[float], answers: int) -> Slope:
    """Return how the numbers change from answer to answer; NaN with fewer than three."""
    if answers < 3:
        return Slope(nan, nan)
    design = _design(min(answers, _SETTLED))
    change = (design.lag * series.total - series.lagged) / design.spread
    unexplained = series.squared - series.total**2 / design.weight - change**2 * design.spread
    variance = max(unexplained, 0.0) / design.freedom
    return Slope(change, sqrt(variance * design.noise))


def is_falling(series: Series[float], difficulties: Series[float], answers: int) -> bool:
    """Tell whether the numbers fall beyond chance, at questions about as difficult as before.

    About as difficult is that the line through the difficulties moved by less than .2 logits
    over the last twelve answers, or over all of them where there were fewer.
    """
    if answers < MIN_ANSWERS:
        return False
    change, error = slope(series, answers)
    harder = slope(difficulties, answers).change * min(answers - 1.0, HALF_LIFE)
    return change < -ERRORS_BELOW * error - _ROUNDING and abs(harder) < SAME_DIFFICULTY


class _Design(NamedTuple):
    """What the regression over so many answers knows before it sees them.

    `weight` is sum(w), `lag` the mean age, `spread` sum(w (age - lag)^2). With numbers of one
    variance v, the expected weighted sum of squared residuals is v `freedom`, and the slope's
    variance v `noise`.
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
    away = age - lag
    spread = w @ away**2
    leverage = w**2 @ away**2
    freedom = weight - w @ w / weight - leverage / spread
    return _Design(*map(float, (weight, lag, spread, freedom, leverage / spread**2)))
