"""A running mean that forgets: the newest value weighs 1, older ones ever less.

West 1979, "Updating mean and variance estimates": two numbers, moved by each value, hold the
same mean as sum(w x) / sum(w) over all values would.
"""

from __future__ import annotations

from typing import Generic, NamedTuple

from analytics.core.logistic import Number


class Mean(NamedTuple, Generic[Number]):
    """A discounted mean and the weight of what it is the mean of; weight 0: of nothing yet."""

    weight: Number
    mean: Number


NOTHING = Mean(0.0, 0.0)


def faded(mean: Mean[Number], fade: Number) -> Mean[Number]:
    """Return the same mean weighing less: `fade` in [0, 1] times what it did."""
    return Mean(mean.weight * fade, mean.mean)


def absorb(mean: Mean[Number], value: Number) -> Mean[Number]:
    """Return the mean with one more value, of weight 1; what fades, fades before. NaN spreads."""
    weight = mean.weight + 1.0
    return Mean(weight, mean.mean + (value - mean.mean) / weight)


def pooled(means: list[Mean[float]]) -> Mean[float]:
    """Return the mean of everything these are the means of; of nothing, if there are none."""
    weight = sum(mean.weight for mean in means)
    if not weight > 0:
        return NOTHING
    return Mean(weight, sum(mean.weight * mean.mean for mean in means) / weight)
