"""A learner's progress over all skills: the values of `GET /velocity` (contract 2.2).

Learning-science 4. The inputs are the velocity trends of the learner's skills and the practice of
each calendar day (UTC). All values are defined for a learner without answers: velocity, activity
and consistency are 0, the trend is stable, and the formula then gives a score of 25.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

from analytics.core import velocity
from analytics.core.exponential_average import pooled
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.trajectory import VelocityTrend
from analytics.core.velocity import Trend

FULL_VELOCITY = 0.08  # width of the interval of velocities around 0 that is mapped to [0, 1]
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
    trend : change, within a week, of the discounted velocity over all answers.
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
    mean_velocity = overall_velocity(skill_trends)
    activity = activity_level(len(recent.day), days)
    steadiness = consistency(recent)
    return Momentum(
        score=momentum_score(mean_velocity, activity, steadiness),
        trend=overall_trend(skill_trends),
        velocity=mean_velocity,
        consistency=steadiness,
        activity=activity,
    )


def momentum_score(mean_velocity: float, activity: float, steadiness: float) -> int:
    """Return 100 (.5 v + .3 activity + .2 consistency), where v maps the velocity to [0, 1]."""
    v = min(max(0.5 + mean_velocity / FULL_VELOCITY, 0.0), 1.0)
    return round(100 * (0.5 * v + 0.3 * activity + 0.2 * steadiness))


def overall_velocity(skill_trends: Sequence[VelocityTrend]) -> float:
    """Return the mean of the skills' velocities, weighted by recent practice; 0 without practice.

    An answer of today has weight 1, an answer of a week ago weight .5.
    """
    weight = sum(skill_trend.recent.weight for skill_trend in skill_trends)
    if not weight > 0:
        return 0.0
    return (
        sum(skill_trend.recent.weight * skill_trend.velocity for skill_trend in skill_trends)
        / weight
    )


def overall_trend(skill_trends: Sequence[VelocityTrend]) -> Trend:
    """Return how the discounted velocity over the answers at all skills changed within a week."""
    return velocity.trend(
        pooled([skill_trend.recent for skill_trend in skill_trends]),
        pooled([skill_trend.earlier for skill_trend in skill_trends]),
    )


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
    divided by its maximum .5. The variance expected by chance alone is subtracted first; it is
    m(1 - m)(D - 1)/N for N answers of mean accuracy m on D days. Without this, two answers a day,
    of which one is right by luck, would count as inconsistent.
    """
    days = len(practice.day)
    if days < 2:
        return 0.0
    answers = practice.answers
    total = float(answers.sum())
    mean = float(practice.correct.sum()) / total
    variance = float(answers @ (practice.correct / answers - mean) ** 2) / total
    by_chance = mean * (1 - mean) * (days - 1) / total
    return 1.0 - sqrt(max(variance - by_chance, 0.0)) / LARGEST_DEVIATION
