"""The order of reviews: first what a second of study does most for.

A review is worth what it adds to the probability of recall, on average over the next 60 days,
and costs the seconds it is expected to take; greatest worth per second comes first, as in filling
a knapsack (Dantzig 1957). The gain was chosen by simulation: decision record 19.
"""

from __future__ import annotations

import numpy as np

from analytics.core.fsrs import WEIGHTS, Weights
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.memory import DAY, Memories, retrievabilities_at, stabilities_after

HORIZON = 60.0  # days
DEFAULT_SECONDS = 10.0  # of a review, where no time is known
MIN_SECONDS = 1.0
PSEUDO_REVIEWS = 2.0


def gains(
    memories: Memories, at: int, *, seconds: FloatArray, recall: FloatArray | None = None
) -> FloatArray:
    """Return what a review now adds to the mean recall of the next 60 days, per second.

    Parameters
    ----------
    memories : shapes (items,), each reviewed before.
    at : microseconds since 1970 UTC.
    seconds : (items,), what each review is expected to take, > 0.
    recall : (items,), the probability in [0, 1] that each review succeeds; by default R.

    Raises
    ------
    ValueError : an item was never reviewed, or an argument is out of its range; NaN included.
    """
    chance = retrievabilities_at(memories, at) if recall is None else recall
    if not np.all(memories.stability > 0.0):
        raise ValueError("only what was reviewed can be reviewed again")
    if not np.all((chance >= 0.0) & (chance <= 1.0)):
        raise ValueError("recall lies in [0, 1]")
    if not np.all(seconds > 0.0):
        raise ValueError("reviews take longer than 0 seconds")
    right, wrong = (mean_recall(stability) for stability in stabilities_after(memories, at))
    days = np.maximum(at - memories.at, 0) / DAY
    gain: FloatArray = wrong + chance * (right - wrong) - mean_recall(memories.stability, days)
    return gain / seconds


def mean_recall(
    stability: FloatArray, days: FloatArray | float = 0.0, w: Weights = WEIGHTS
) -> FloatArray:
    """Return the mean of R over the next 60 days, so many days after the last review.

    The integral of (1 + f t / S)^-d over t is S (1 + f t / S)^(1 - d) / (f (1 - d)).
    """
    rate, power = w.factor / stability, 1.0 - w.decay
    begin = 1.0 + rate * days
    end = begin + rate * HORIZON
    mean: FloatArray = (end**power - begin**power) / (rate * power * HORIZON)
    return mean


def order(gains: FloatArray) -> IntArray:
    """Return the rows, greatest gain first; what is equal stays in its order.

    Gains count in single precision. Two stable passes over 16 bits each, which numpy sorts by
    counting, are twice as quick as comparing: a learner may have 100,000 items.

    Raises
    ------
    ValueError : a gain is NaN.
    """
    if np.isnan(gains).any():
        raise ValueError("gains are numbers")
    single = np.float32(0.0) - gains.astype(np.float32)  # no -0.0, which has bits of its own
    bits = single.view(np.uint32)
    # Floats are ordered as their bits are, once the sign is turned over; negative ones backwards.
    keys = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    rows = np.argsort(keys.astype(np.uint16), kind="stable")
    ordered: IntArray = rows[np.argsort((keys >> 16).astype(np.uint16)[rows], kind="stable")]
    return ordered


def new_first(right_chance: FloatArray) -> IntArray:
    """Return the rows of items never studied, easiest first: by P(right at first sight).

    Raises
    ------
    ValueError : one is not in [0, 1]; NaN included.
    """
    if not np.all((right_chance >= 0.0) & (right_chance <= 1.0)):
        raise ValueError("probabilities lie in [0, 1]")
    return order(right_chance)


def expected_seconds(total_seconds: FloatArray, reviews: IntArray) -> FloatArray:
    """Return how long a review of each item is expected to take: at least 1 s.

    A learner's own mean time on the item, shrunk towards their mean over all the items given, as
    if that had been two reviews more.

    Parameters
    ----------
    total_seconds, reviews : shapes (items,), >= 0; the time spent on each, and in how many reviews.

    Raises
    ------
    ValueError : something is negative; NaN included.
    """
    if not (np.all(total_seconds >= 0.0) and np.all(reviews >= 0)):
        raise ValueError("times and counts are not negative")
    count = int(reviews.sum())
    usual = float(total_seconds.sum()) / count if count else DEFAULT_SECONDS
    shrunk = (total_seconds + PSEUDO_REVIEWS * usual) / (reviews + PSEUDO_REVIEWS)
    seconds: FloatArray = np.maximum(shrunk, MIN_SECONDS)
    return seconds
