"""A learner's progress over all skills: the values of `GET /velocity` (contract 2.2).

Learning-science 4. The inputs are the velocity trends of the learner's skills and the practice of
each calendar day (UTC). All values are defined for a learner without answers: velocity, activity
and consistency are 0, the trend is stable, and the score is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from analytics.core import velocity
from analytics.core.growth_hmm import LEVELS
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.trajectory import VelocityTrend
from analytics.core.velocity import Trend

NO_GROWTH = 0.3  # growth of a learner who neither rises nor falls
GROWTH_ANSWERS = 10
FULL_ACTIVITY = 5 / 7  # share of days with practice: five a week
LARGEST_DEVIATION = 0.5  # largest standard deviation of numbers in [0, 1]


class Practice(NamedTuple):
    """Practice by day, for the days with practice; arrays of shape (days,), in any order.

    `day` is the calendar day, in days since 1970-01-01 UTC, without repetition; `answers` (>= 1) is
    the number of answers and `correct` the sum of their scores.
    """

    day: IntArray
    answers: FloatArray
    correct: FloatArray

    def within(self, *, today: int, days: int) -> Practice:
        """Return the practice of the last `days` calendar days up to and including today."""
        is_inside = (self.day > today - days) & (self.day <= today)
        return Practice(self.day[is_inside], self.answers[is_inside], self.correct[is_inside])


@dataclass(frozen=True, kw_only=True)
class Momentum:
    """Summary of a learner's progress.

    Attributes
    ----------
    score : momentum score, 0 to 100.
    trend : direction of the level within a week, over all skills.
    velocity : mean of the skills' velocities, weighted by recent practice.
    consistency, activity : in [0, 1].
    """

    score: int
    trend: Trend
    velocity: float
    consistency: float
    activity: float


def summarise(
    practice: Practice, skill_trends: Sequence[VelocityTrend], *, today: int, days: int
) -> Momentum:
    """Return the summary of a learner's progress.

    Parameters
    ----------
    practice : practice by day; days outside the window are ignored.
    skill_trends : velocity trends of all skills of the learner, or of the only one of interest, as
        of today. Skills without recent practice may be included: their weight is close to 0.
    today : the calendar day, in days since 1970-01-01 UTC.
    days : length of the window for activity and consistency, in days, >= 1.

    Raises
    ------
    ValueError : the window is empty.
    """
    recent = practice.within(today=today, days=days)
    trend = overall_trend(skill_trends)
    activity = activity_level(len(recent.day), days)
    steadiness = consistency(recent)
    return Momentum(
        score=momentum_score(progress(skill_trends, trend), activity, steadiness),
        trend=trend,
        velocity=overall_velocity(skill_trends),
        consistency=steadiness,
        activity=activity,
    )


def momentum_score(progress: float, activity: float, steadiness: float) -> int:
    """Return 100 (.5 progress + .3 activity + .2 consistency), rounded; all in [0, 1]."""
    return round(100 * (0.5 * progress + 0.3 * activity + 0.2 * steadiness))


def progress(skill_trends: Sequence[VelocityTrend], trend: Trend) -> float:
    """Return .5 level/.92 + .5 growth, in [0, 1]; 0 without practice.

    Growth is 1 for a learner who rises measurably, 0 for one who falls, else the mean of `growth`.
    """
    if not skill_trends:
        return 0.0
    level = _weighted_mean(skill_trends, [each.level for each in skill_trends])
    rise = _weighted_mean(skill_trends, [growth(each.velocity) for each in skill_trends])
    rise = {Trend.ACCELERATING: 1.0, Trend.DECLINING: 0.0}.get(trend, rise)
    return 0.5 * level / LEVELS[-1] + 0.5 * rise


def growth(relative_velocity: float) -> float:
    """Return the growth at a skill, in [0, 1]: 0 if falling, .3 without growth, 1 if mastered.

    In between by the share of the room left that ten answers close: .3 + .7 (1 − (1 − v)^10).
    """
    if relative_velocity < 0.0:
        return 0.0
    closed: float = 1.0 - (1.0 - relative_velocity) ** GROWTH_ANSWERS
    return NO_GROWTH + (1.0 - NO_GROWTH) * closed


def overall_velocity(skill_trends: Sequence[VelocityTrend]) -> float:
    """Return the mean of the skills' velocities, weighted by recent practice; 0 without practice.

    An answer of today has weight 1, an answer of a week ago weight .5.
    """
    return _weighted_mean(skill_trends, [each.velocity for each in skill_trends])


def _weighted_mean(skill_trends: Sequence[VelocityTrend], values: Sequence[float]) -> float:
    weight = sum(each.weight for each in skill_trends)
    if not weight > 0:
        return 0.0
    return sum(a.weight * b for a, b in zip(skill_trends, values, strict=True)) / weight


def overall_trend(skill_trends: Sequence[VelocityTrend]) -> Trend:
    """Return how the level changed within a week, over all skills."""
    return velocity.pooled_change(each.change for each in skill_trends).trend


def activity_level(practised: int, days: int) -> float:
    """Return the share of days with practice, in [0, 1]; it reaches 1 at five days a week.

    Raises
    ------
    ValueError : not 0 <= practised <= days, or no days.
    """
    if not (0 <= practised <= days and days >= 1):
        raise ValueError("days must be at least 1, and practised from 0 to days")
    return min(practised / (days * FULL_ACTIVITY), 1.0)


def consistency(practice: Practice) -> float:
    """Return 1 minus the variation of accuracy between days, in [0, 1]; 0 with fewer than two days.

    The variation is the standard deviation of daily accuracy, weighted by the answers of each day,
    divided by its maximum .5; a steady rise over the days is subtracted from the variance first,
    since it is no inconsistency. So is the variance expected by chance alone, which is
    m(1 - m)(D - 1)/N for N answers of mean accuracy m on D days. Without this, two answers a day,
    of which one is right by luck, would count as inconsistent.
    """
    days = len(practice.day)
    if days < 2:
        return 0.0
    answers = practice.answers
    total = float(answers.sum())
    accuracy = practice.correct / answers
    mean = float(practice.correct.sum()) / total
    since = practice.day - float(answers @ practice.day) / total
    rise = max(float(answers @ (since * (accuracy - mean))), 0.0)
    explained = rise**2 / float(answers @ since**2) / total
    variance = float(answers @ (accuracy - mean) ** 2) / total - explained
    degrees = days - 2 if rise else days - 1
    by_chance = mean * (1 - mean) * degrees / total
    return 1.0 - sqrt(max(variance - by_chance, 0.0)) / LARGEST_DEVIATION
