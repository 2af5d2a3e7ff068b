"""Velocity of a learner at a skill, and its change within a week.

Learning-science 3: the velocity after an answer is `growth_hmm.velocity`, the expected gain of
P(correct) from one more answer. The discounted velocity is its mean over the answers so far, with
weights that halve every seven days. Its values at the end of each of the last seven calendar days
(UTC) are stored and give the trend. A day is a fractional number of days since 1970-01-01 UTC.
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

# Ratio of the weight 0 to 6 days ago to the weight today.
_GAINS = np.exp2(np.arange(WEEK) / HALF_LIFE_DAYS)

Slots = tuple[float, ...]


class Trend(StrEnum):
    """Direction of the discounted velocity; the values are those of the API."""

    ACCELERATING = "accelerating"
    STABLE = "stable"
    DECLINING = "declining"


class DailyHistory(NamedTuple):
    """The discounted velocity at the end of each of the seven days before the last.

    Day x is stored in slot x mod 7, so that no value moves when a day ends. `weights` are those at
    the end of the day; weight 0 means that there was no answer yet.
    """

    weights: Slots
    means: Slots

    def at_end_of(self, day: int) -> ExponentialAverage[float]:
        """Return the discounted velocity at the end of one of these seven days."""
        return ExponentialAverage(self.weights[day % WEEK], self.means[day % WEEK])


NO_HISTORY = DailyHistory((0.0,) * WEEK, (0.0,) * WEEK)


class DailyHistories(NamedTuple):
    """Daily histories of many learners; arrays of shape (WEEK, learners)."""

    weights: FloatArray
    means: FloatArray


def fade(elapsed: float) -> float:
    """Return the factor of an answer's weight after some days (>= 0), in [0, 1]."""
    factor: float = 2.0 ** (-elapsed / HALF_LIFE_DAYS)
    return factor


def fades(elapsed: FloatArray) -> FloatArray:
    """Return `fade` of each entry, in the same shape."""
    return np.exp2(-elapsed / HALF_LIFE_DAYS)


def close_days(
    history: DailyHistory, recent: ExponentialAverage[float], last: float, day: float
) -> DailyHistory:
    """Return the history after the days from that of the last answer to yesterday have ended.

    Parameters
    ----------
    history : the history before.
    recent : the discounted velocity after the last answer.
    last, day : days of the last answer and of today. On the same calendar day nothing changes.
    """
    newest = floor(day) - 1
    if newest < floor(last):
        return history
    weights, means = list(history.weights), list(history.means)
    for ended in range(max(floor(last), newest - WEEK + 1), newest + 1):
        weights[ended % WEEK] = recent.weight * fade(ended + 1 - last)
        means[ended % WEEK] = recent.mean
    return DailyHistory(tuple(weights), tuple(means))


def close_days_many(
    histories: DailyHistories,
    recent: ExponentialAverage[FloatArray],
    last: FloatArray,
    day: FloatArray,
) -> DailyHistories:
    """Return `close_days` of each learner.

    Parameters
    ----------
    histories : shape (WEEK, learners).
    recent, last, day : shape (learners,).
    """
    newest = np.floor(day) - 1
    ago = newest % WEEK - np.arange(WEEK)[:, None]
    ago += WEEK * (ago < 0)
    is_new = newest - ago >= np.floor(last)
    weight = recent.weight * fades(newest + 1 - last) * _GAINS[ago.astype(np.intp)]
    return DailyHistories(
        np.where(is_new, weight, histories.weights), np.where(is_new, recent.mean, histories.means)
    )


def before(
    history: DailyHistory, recent: ExponentialAverage[float], last: float, day: float
) -> ExponentialAverage[float]:
    """Return the discounted velocity at the end of the day a week before `day`.

    Parameters
    ----------
    history : the stored values of the last seven days.
    recent, last : the discounted velocity after the last answer, and the day of that answer.
    day : not before `last`.

    Returns
    -------
    An average whose weight is 0 if there was no answer by then.
    """
    then = floor(day) - WEEK
    if then >= floor(last):
        return decayed(recent, fade(then + 1 - last))
    return history.at_end_of(then)


def trend(now: ExponentialAverage[float], earlier: ExponentialAverage[float]) -> Trend:
    """Return the direction of the velocity; stable if either average is empty."""
    if not (now.weight > 0 and earlier.weight > 0):
        return Trend.STABLE
    change = now.mean - earlier.mean
    if change > CHANGE:
        return Trend.ACCELERATING
    return Trend.DECLINING if change < -CHANGE else Trend.STABLE
