"""Order of reviews: by the gain in long-term recall per second of study.

The gain of a review is the increase of the mean recall probability over the next 60 days; its cost
is the expected duration in seconds. Reviews with the largest ratio come first, as in the greedy
solution of the knapsack problem (Dantzig 1957). The gain was chosen by simulation; see
docs/decisions/0019-review-order.md.
"""

from __future__ import annotations

import numpy as np

from analytics.core.fsrs import WEIGHTS, Weights
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.memory import DAY, Memories, retrievabilities_at, stabilities_after

HORIZON = 60.0  # days
DEFAULT_SECONDS = 10.0  # duration of a review if no time is known
MIN_SECONDS = 1.0
PSEUDO_REVIEWS = 2.0


def gains(
    memories: Memories, at: int, *, seconds: FloatArray, recall: FloatArray | None = None
) -> FloatArray:
    """Return the increase of the mean recall over the next 60 days by a review now, per second.

    Parameters
    ----------
    memories : shape (items,), each reviewed before.
    at : microseconds since 1970-01-01 UTC.
    seconds : shape (items,), expected duration of each review, > 0.
    recall : shape (items,), probability in [0, 1] that each review succeeds; R by default.

    Raises
    ------
    ValueError : an item was never reviewed, or an argument is outside its range (NaN included).
    """
    p_recall = retrievabilities_at(memories, at) if recall is None else recall
    if not np.all(memories.stability > 0.0):
        raise ValueError("all items must have been reviewed before")
    if not np.all((p_recall >= 0.0) & (p_recall <= 1.0)):
        raise ValueError("recall must be in [0, 1]")
    if not np.all(seconds > 0.0):
        raise ValueError("seconds must be above 0")
    right, wrong = (mean_recall(stability) for stability in stabilities_after(memories, at))
    days = np.maximum(at - memories.at, 0) / DAY
    gain: FloatArray = wrong + p_recall * (right - wrong) - mean_recall(memories.stability, days)
    return gain / seconds


def mean_recall(
    stability: FloatArray, days: FloatArray | float = 0.0, w: Weights = WEIGHTS
) -> FloatArray:
    """Return the mean of R over the 60 days that start `days` after the last review.

    The integral of (1 + f t / S)^-d over t is S (1 + f t / S)^(1 - d) / (f (1 - d)).

    Parameters
    ----------
    stability : S in days, > 0.
    days : start of the period, in days since the last review, >= 0.
    w : the FSRS-6 weights.
    """
    rate, power = w.factor / stability, 1.0 - w.decay
    at_start = 1.0 + rate * days
    at_end = at_start + rate * HORIZON
    mean: FloatArray = (at_end**power - at_start**power) / (rate * power * HORIZON)
    return mean


def order(gains: FloatArray) -> IntArray:
    """Return the row numbers by descending gain; ties keep their order.

    Gains are compared in single precision. Two stable sorts by 16 bits each, for which numpy uses a
    radix sort, are twice as fast as a comparison sort; a learner may have 100,000 items.

    Raises
    ------
    ValueError : a gain is NaN.
    """
    if np.isnan(gains).any():
        raise ValueError("gains must not be NaN")
    single = np.float32(0.0) - gains.astype(np.float32)  # maps -0.0 to 0.0, whose bits differ
    bits = single.view(np.uint32)
    # Unsigned keys in the order of the floats: positive ones get the sign bit, negative ones have
    # all bits inverted.
    keys = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    rows = np.argsort(keys.astype(np.uint16), kind="stable")
    ordered: IntArray = rows[np.argsort((keys >> 16).astype(np.uint16)[rows], kind="stable")]
    return ordered


def new_first(p_correct: FloatArray) -> IntArray:
    """Return the row numbers of items never studied, by descending P(correct) at first sight.

    Raises
    ------
    ValueError : a probability is outside [0, 1] (NaN included).
    """
    if not np.all((p_correct >= 0.0) & (p_correct <= 1.0)):
        raise ValueError("probabilities must be in [0, 1]")
    return order(p_correct)


def expected_seconds(total_seconds: FloatArray, reviews: IntArray) -> FloatArray:
    """Return the expected duration of a review of each item, in seconds, at least 1.

    It is the learner's own mean time on the item, shrunk towards their mean over all given items
    with the weight of two reviews.

    Parameters
    ----------
    total_seconds, reviews : shape (items,), >= 0; time spent on each item and its number of
        reviews.

    Raises
    ------
    ValueError : a value is negative (NaN included).
    """
    if not (np.all(total_seconds >= 0.0) and np.all(reviews >= 0)):
        raise ValueError("times and counts must not be negative")
    count = int(reviews.sum())
    mean_seconds = float(total_seconds.sum()) / count if count else DEFAULT_SECONDS
    shrunk = (total_seconds + PSEUDO_REVIEWS * mean_seconds) / (reviews + PSEUDO_REVIEWS)
    seconds: FloatArray = np.maximum(shrunk, MIN_SECONDS)
    return seconds
