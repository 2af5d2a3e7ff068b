"""Exponentially discounted running mean: the newest value has weight 1, older ones less.

West 1979, "Updating mean and variance estimates": two numbers, updated with each value, give the
same mean as sum(w x) / sum(w) over all values.
"""

from __future__ import annotations

from typing import Generic, NamedTuple

from analytics.core.logistic import Number


class ExponentialAverage(NamedTuple, Generic[Number]):
    """A discounted mean and the sum of its weights; weight 0 means no value yet."""

    weight: Number
    mean: Number


NO_AVERAGE = ExponentialAverage(0.0, 0.0)


def decayed(mean: ExponentialAverage[Number], factor: Number) -> ExponentialAverage[Number]:
    """Return the same mean with a smaller weight.

    Parameters
    ----------
    mean : the average.
    factor : factor of the weight, in [0, 1].
    """
    return ExponentialAverage(mean.weight * factor, mean.mean)


def absorb(mean: ExponentialAverage[Number], value: Number) -> ExponentialAverage[Number]:
    """Return the mean after one more value of weight 1; NaN propagates.

    The caller discounts the earlier values first, with `decayed`.
    """
    weight = mean.weight + 1.0
    return ExponentialAverage(weight, mean.mean + (value - mean.mean) / weight)
