"""How fast a learner gets better at a skill, and whether that changed within a week.

Learning-science 3: the velocity after an answer is `growth_hmm.velocity`, the gain of P(correct) to
expect from one more. The discounted velocity is its mean over the answers so far, an answer
weighing half after seven days; a trail of it as it stood at the end of each of the last seven
calendar days (UTC) tells the trend. A day is a fractional number of days since 1970-01-01 UTC.
"""

from __future__ import annotations

from enum import StrEnum
from math import floor
from typing import NamedTuple

import numpy as np

from analytics.core.exponential_average import ExponentialAverage, decayed
from analytics.core.logistic import FloatArray

HALF_LIFE_DAYS = 7.0
WEEK = 7
CHANGE = 0.008  # of discounted velocity within a week; learning-science 3 and 4

# How much more of a weight there was each number of days ago.
_GAINS = np.exp2(np.arange(WEEK) / HALF_LIFE_DAYS)

Slots = tuple[float, ...]


class Trend(StrEnum):
    """Where the discounted velocity goes, by its name on the wire."""

    ACCELERATING = "accelerating"
    STABLE = "stable"
    DECLINING = "declining"


class DailyHistory(NamedTuple):
    """The discounted velocity as it stood at the end of each of the seven days before the last.

    Day x is kept in slot x mod 7, so that nothing moves when a day ends; weight 0 where nothing
    had been answered yet. `weights` are those at the end of the day.
    """

    weights: Slots
    means: Slots

    def at_end_of(self, day: int) -> ExponentialAverage[float]:
        """Return the mean at the end of one of these seven days."""
        return ExponentialAverage(self.weights[day % WEEK], self.means[day % WEEK])


NO_HISTORY = DailyHistory((0.0,) * WEEK, (0.0,) * WEEK)


class DailyHistories(NamedTuple):
    """The same of many learners; arrays of shape (WEEK, learners)."""

    weights: FloatArray
    means: FloatArray


def fade(elapsed: float) -> float:
    """Return what is left of an answer's weight after so many days (>= 0), in [0, 1]."""
    left: float = 2.0 ** (-elapsed / HALF_LIFE_DAYS)
    return left


def fades(elapsed: FloatArray) -> FloatArray:
    """Return `fade` of each, of the same shape."""
    return np.exp2(-elapsed / HALF_LIFE_DAYS)


def close_days(
    trail: DailyHistory, recent: ExponentialAverage[float], last: float, day: float
) -> DailyHistory:
    """Return the trail once the days from the last answer's to yesterday have ended.

    Parameters
    ----------
    recent : the discounted velocity after the last answer.
    last, day : when that was, and today, on a later calendar day. The same day changes nothing.
    """
    newest = floor(day) - 1
    weights, means = list(trail.weights), list(trail.means)
    for ended in range(max(floor(last), newest - WEEK + 1), newest + 1):
        weights[ended % WEEK] = recent.weight * fade(ended + 1 - last)
        means[ended % WEEK] = recent.mean
    return DailyHistory(tuple(weights), tuple(means))


def close_days_many(
    trails: DailyHistories,
    recent: ExponentialAverage[FloatArray],
    last: FloatArray,
    day: FloatArray,
) -> DailyHistories:
    """Return `closed` of each learner; `last` and `day` of shape (learners,)."""
    newest = np.floor(day) - 1
    ago = newest % WEEK - np.arange(WEEK)[:, None]
    ago += WEEK * (ago < 0)
    is_new = newest - ago >= np.floor(last)
    left = recent.weight * fades(newest + 1 - last) * _GAINS[ago.astype(np.intp)]
    return DailyHistories(
        np.where(is_new, left, trails.weights), np.where(is_new, recent.mean, trails.means)
    )


def before(
    trail: DailyHistory, recent: ExponentialAverage[float], last: float, day: float
) -> ExponentialAverage[float]:
    """Return the discounted velocity as it stood at the end of the day a week before `day`.

    Parameters
    ----------
    recent, last : the discounted velocity after the last answer, and when that was.
    day : not before `last`.

    Returns
    -------
    Its weight is 0 where nothing had been answered by then.
    """
    then = floor(day) - WEEK
    if then >= floor(last):
        return decayed(recent, fade(then + 1 - last))
    return trail.at_end_of(then)


def trend(now: ExponentialAverage[float], earlier: ExponentialAverage[float]) -> Trend:
    """Say where the velocity goes; stable where there is nothing to compare."""
    if not (now.weight > 0 and earlier.weight > 0):
        return Trend.STABLE
    change = now.mean - earlier.mean
    if change > CHANGE:
        return Trend.ACCELERATING
    return Trend.DECLINING if change < -CHANGE else Trend.STABLE
