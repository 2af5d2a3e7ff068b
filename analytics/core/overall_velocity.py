"""How a learner gets on over all skills: what `GET /velocity` says (contract 2.2).

Learning-science 4, from the paces of the learner's courses and from what was practised on each
calendar day (UTC). Everything is defined for a learner who has done nothing: velocities, activity
and consistency are 0, the trend is stable, and the score is the 25 its formula gives for them.
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

FULL_VELOCITY = 0.08  # the width, around 0, on which velocity counts
FULL_ACTIVITY = 5 / 7  # of all days: five a week
LARGEST_DEVIATION = 0.5  # of numbers in [0, 1]


class Practice(NamedTuple):
    """What was practised on each day with practice; arrays of shape (days,), in any order.

    `day` is the calendar day, once each, in days since 1970-01-01 UTC; `answers` (>= 1) how many
    there were, `correct` the sum of their scores.
    """

    day: IntArray
    answers: FloatArray
    correct: FloatArray

    def within(self, *, today: int, days: int) -> Practice:
        """Return those of the last `days` calendar days, today the last of them."""
        kept = (self.day > today - days) & (self.day <= today)
        return Practice(self.day[kept], self.answers[kept], self.correct[kept])


@dataclass(frozen=True, kw_only=True)
class Momentum:
    """How a learner gets on.

    Attributes
    ----------
    score : 0 to 100.
    trend : of the discounted velocity over all answers, within a week.
    velocity : the mean of the skills' velocities; the more recent the practice, the more it weighs.
    consistency, activity : in [0, 1].
    """

    score: int
    trend: Trend
    velocity: float
    consistency: float
    activity: float


def summarise(
    practice: Practice, paces: Sequence[VelocityTrend], *, today: int, days: int
) -> Momentum:
    """Say how a learner gets on.

    Parameters
    ----------
    practice : by day; days outside the window do not count.
    paces : of all the learner's courses, or of the only one of interest, as seen today. Those
        without recent practice need no filter: they weigh next to nothing.
    today : the calendar day.
    days : the width of the window (>= 1); activity and consistency are of it.

    Raises
    ------
    ValueError : the window is empty.
    """
    recent = practice.within(today=today, days=days)
    speed = overall_velocity(paces)
    activity = activity_level(len(recent.day), days)
    steady = consistency(recent)
    return Momentum(
        score=momentum_score(speed, activity, steady),
        trend=overall_trend(paces),
        velocity=speed,
        consistency=steady,
        activity=activity,
    )


def momentum_score(speed: float, activity: float, steady: float) -> int:
    """Return 100 (.5 v + .3 activity + .2 consistency), v the velocity mapped to [0, 1]."""
    v = min(max(0.5 + speed / FULL_VELOCITY, 0.0), 1.0)
    return round(100 * (0.5 * v + 0.3 * activity + 0.2 * steady))


def overall_velocity(paces: Sequence[VelocityTrend]) -> float:
    """Return the mean of the skills' velocities, each weighing as much as its recent practice.

    An answer of today weighs 1, one of a week ago half. Without any: 0.
    """
    weight = sum(pace.recent.weight for pace in paces)
    if not weight > 0:
        return 0.0
    return sum(pace.recent.weight * pace.velocity for pace in paces) / weight


def overall_trend(paces: Sequence[VelocityTrend]) -> Trend:
    """Say where the discounted velocity over the answers at all skills went within a week."""
    return velocity.trend(
        pooled([pace.recent for pace in paces]), pooled([pace.earlier for pace in paces])
    )


def activity_level(practised: int, days: int) -> float:
    """Return the share of the days with practice, in [0, 1]; 1 from five days a week.

    Raises
    ------
    ValueError : not 0 <= practised <= days, or no days.
    """
    if not (0 <= practised <= days and days >= 1):
        raise ValueError("of one day or more, some or all were practised")
    return min(practised / (days * FULL_ACTIVITY), 1.0)


def consistency(practice: Practice) -> float:
    """Return 1 minus how much accuracy varies from day to day, in [0, 1].

    The variance of daily accuracy around the mean, days weighing by their answers, less what
    chance alone would make of it (m(1 - m)(D - 1)/N for N answers of accuracy m on D days), as a
    standard deviation, over the largest there is: .5. So two answers a day, one of them right
    by luck, are not taken for a change of mind. 0 with fewer than two days: nothing is known.
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
