"""A running mean that forgets: the newest value weighs 1, older ones ever less.

West 1979, "Updating mean and variance estimates": two numbers, moved by each value, hold the
same mean as sum(w x) / sum(w) over all values would.
"""

from __future__ import annotations

from typing import Generic, NamedTuple

from analytics.core.logistic import Number


class ExponentialAverage(NamedTuple, Generic[Number]):
    """A discounted mean and the weight of what it is the mean of; weight 0: of nothing yet."""

    weight: Number
    mean: Number


NO_AVERAGE = ExponentialAverage(0.0, 0.0)


def decayed(mean: ExponentialAverage[Number], fade: Number) -> ExponentialAverage[Number]:
    """Return the same mean weighing less: `fade` in [0, 1] times what it did."""
    return ExponentialAverage(mean.weight * fade, mean.mean)


def absorb(mean: ExponentialAverage[Number], value: Number) -> ExponentialAverage[Number]:
    """Return the mean with one more value, of weight 1; what fades, fades before. NaN spreads."""
    weight = mean.weight + 1.0
    return ExponentialAverage(weight, mean.mean + (value - mean.mean) / weight)


def pooled(means: list[ExponentialAverage[float]]) -> ExponentialAverage[float]:
    """Return the mean of everything these are the means of; of nothing, if there are none."""
    weight = sum(mean.weight for mean in means)
    if not weight > 0:
        return NO_AVERAGE
    return ExponentialAverage(weight, sum(mean.weight * mean.mean for mean in means) / weight)
