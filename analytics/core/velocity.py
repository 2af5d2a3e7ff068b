"""Velocity of a learner at a skill relative to the room left, and the change of level in a week.

Learning-science 3. `growth_hmm.velocity` is the expected gain of P(correct) from one more answer.
`relative` divides it by what is left to gain. The trend compares the measured level of the last
seven calendar days (UTC) with that of the seven before: the mean scores, each as it would have
been on a question of average difficulty. It does not depend on the initial distribution of the
model. A day is a fractional number of days since 1970-01-01 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import floor, sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.growth_hmm import LEVELS
from analytics.core.logistic import FloatArray, Number

HALF_LIFE_DAYS = 7.0
WEEK = 7
SLOTS = 2 * WEEK
MIN_ROOM = 0.05
SURELY_MASTERED = 0.95  # P(level >= .80) from which the velocity is 1
# Standard errors of a change: one-sided 95 %, a little more than 1.64 since both sides are tested.
ERRORS = 1.75
_TOP = LEVELS[-1]


class Trend(StrEnum):
    """Direction of the level; the values are those of the API."""

    ACCELERATING = "accelerating"
    STABLE = "stable"
    DECLINING = "declining"


class DailyLevels(NamedTuple):
    """Answers and sums of adjusted scores of the last 14 calendar days with the newest answer last.

    Day x is stored in slot x mod 14, so that no value moves when a day ends.
    """

    answers: tuple[float, ...]
    scores: tuple[float, ...]


NO_DAYS = DailyLevels((0.0,) * SLOTS, (0.0,) * SLOTS)


class LevelChange(NamedTuple):
    """Change of the level from the week before to the last week, and its variance.

    `per_answer` is the change divided by the number of answers between the middles of both weeks.
    Without answers in both weeks all are 0. `weight` is that of the change among several skills.
    """

    change: float = 0.0
    variance: float = 0.0
    per_answer: float = 0.0
    weight: float = 0.0

    @property
    def trend(self) -> Trend:
        """The direction of the change; stable if it may be due to chance."""
        margin = ERRORS * sqrt(self.variance)
        if self.change > margin:
            return Trend.ACCELERATING
        return Trend.DECLINING if self.change < -margin else Trend.STABLE


NO_CHANGE = LevelChange()


def fade(elapsed: float) -> float:
    """Return the factor of an answer's weight after some days (>= 0), in [0, 1]."""
    factor: float = 2.0 ** (-elapsed / HALF_LIFE_DAYS)
    return factor


def fades(elapsed: FloatArray) -> FloatArray:
    """Return `fade` of each entry, in the same shape."""
    return np.exp2(-elapsed / HALF_LIFE_DAYS)


def adjusted_score(score: Number, level: Number, ease: Number) -> Number:
    """Return a score as it would have been, on average, on a question of average difficulty.

    Parameters
    ----------
    score : in [0, 1].
    level : the expected level, in (0, 1).
    ease : as in `growth_hmm.observe`; with 1 the score is returned.
    """
    return score + level - level * ease / (level * ease + 1.0 - level)


def add_score(days: DailyLevels, score: float, *, last: float, day: float) -> DailyLevels:
    """Return the daily levels after one more answer.

    Parameters
    ----------
    days : the daily levels up to the day of the previous answer.
    score : from `adjusted_score`.
    last, day : days of the previous answer (of this one, if it is the first) and of this one.
    """
    answers, scores = list(days.answers), list(days.scores)
    today = floor(day)
    for ago in range(min(today - floor(last), SLOTS)):
        answers[(today - ago) % SLOTS] = scores[(today - ago) % SLOTS] = 0.0
    answers[today % SLOTS] += 1.0
    scores[today % SLOTS] += score
    return DailyLevels(tuple(answers), tuple(scores))


def add_scores(
    answers: FloatArray, scores: FloatArray, score: FloatArray, *, last: FloatArray, day: FloatArray
) -> None:
    """Apply `add_score` to the daily levels of many trajectories, in place.

    Parameters
    ----------
    answers, scores : shape (SLOTS, trajectories).
    score, last, day : shape (trajectories,).
    """
    today = np.floor(day)
    ago = (today - np.arange(SLOTS)[:, None]) % SLOTS
    is_new = ago < today - np.floor(last)
    is_today = ago == 0.0
    answers[:] = np.where(is_new, 0.0, answers) + is_today
    scores[:] = np.where(is_new, 0.0, scores) + is_today * score


def level_change(days: DailyLevels, *, last: float, day: float) -> LevelChange:
    """Return the change of the level between the two weeks that end today.

    The variance is that of the difference of two means of independent scores. One right and one
    wrong answer are added to their common mean, so that it is never 0.

    Parameters
    ----------
    days : the daily levels.
    last, day : day of the newest answer, and today, not before it.
    """
    today = floor(day)
    first = today - floor(last)
    recent = [(today - ago) % SLOTS for ago in range(first, WEEK)]
    earlier = [(today - ago) % SLOTS for ago in range(max(first, WEEK), SLOTS)]
    n, m = (sum(days.answers[slot] for slot in slots) for slots in (recent, earlier))
    if not (n and m):
        return NO_CHANGE
    score, score_before = (sum(days.scores[slot] for slot in slots) for slots in (recent, earlier))
    change = score / n - score_before / m
    mean = min(max((score + score_before + 1.0) / (n + m + 2.0), 0.0), 1.0)
    variance = mean * (1.0 - mean) * (1.0 / n + 1.0 / m)
    return LevelChange(change, variance, change / ((n + m) / 2.0), n * m / (n + m))


def pooled_change(changes: Iterable[LevelChange]) -> LevelChange:
    """Return the mean change over several skills; skills without both weeks do not count.

    Each skill is compared with itself, so that a turn to harder skills is no decline.
    """
    found = [each for each in changes if each.weight]
    if not found:
        return NO_CHANGE
    total = sum(each.weight for each in found)
    shares = [each.weight / total for each in found]
    return LevelChange(
        sum(share * each.change for share, each in zip(shares, found, strict=True)),
        sum(share**2 * each.variance for share, each in zip(shares, found, strict=True)),
        sum(share * each.per_answer for share, each in zip(shares, found, strict=True)),
        total,
    )


def relative(gain: float, *, level: float, p_mastered: float, change: LevelChange) -> float:
    """Return the velocity relative to the room left, in [-1, 1].

    If the level declines measurably, it is the measured loss per answer; else it is not negative.

    Parameters
    ----------
    gain : the expected gain of P(correct) from one more answer; see `growth_hmm.velocity`.
    level : the expected level.
    p_mastered : the probability of a level of .80 or more; from .95 on the velocity is 1.
    change : the change of the level within a week.
    """
    room = max(_TOP - level, MIN_ROOM)
    if change.trend is Trend.DECLINING:
        return max(min(gain, change.per_answer, 0.0) / room, -1.0)
    if p_mastered >= SURELY_MASTERED:
        return 1.0
    return min(max(gain, 0.0) / room, 1.0)
