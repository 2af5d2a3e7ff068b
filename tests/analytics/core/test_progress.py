"""Velocity, trend, momentum and forecast of learners with known levels: learning-science 3, 4.

Each shape gives the level of a learner over 28 days, the share of the time that has passed as its
argument. Answers are drawn from the level; 300 learners of each shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from analytics.core import forecast
from analytics.core.forecast import SkillForecast
from analytics.core.logistic import FloatArray
from analytics.core.overall_velocity import Practice, summarise
from analytics.core.score_scale import Scale
from analytics.core.trajectory import Trajectory
from analytics.core.trajectory_batch import Trajectories
from analytics.core.velocity import Trend

LEARNERS, DAYS, START = 300, 28, 20_000
RATES = [2, 6, 15]
Shape = Callable[[FloatArray], FloatArray]


def constant(level: float) -> Shape:
    return lambda time: np.full_like(time, level)


def late(before: float, after: float) -> Shape:
    """Return a shape that changes within two days, a week before the end."""
    return lambda time: before + (after - before) * np.clip((time - 0.70) / 0.07, 0.0, 1.0)


SHAPES: dict[str, Shape] = {
    "mastered": constant(0.93),
    "climbing": lambda time: 0.30 + 0.60 * time,
    "steady .8": constant(0.80),
    "steady .5": constant(0.50),
    "stuck .25": constant(0.25),
    "falling": lambda time: 0.90 - 0.55 * time,
    "late rise": late(0.35, 0.85),
    "late fall": late(0.85, 0.35),
}
CONSTANT = ["mastered", "steady .8", "steady .5", "stuck .25"]


class Simulated:
    """Learners of one shape: their scores, shape (LEARNERS, DAYS, rate), and trajectories."""

    def __init__(self, shape: str, rate: int) -> None:
        random = np.random.default_rng([rate, [*SHAPES].index(shape)])
        self.rate = rate
        level = SHAPES[shape](np.arange(DAYS) / (DAYS - 1))
        self.scores = (random.random((LEARNERS, DAYS, rate)) < level[:, None]).astype(np.float64)
        self.trajectories = followed(self.scores)

    def shares(self) -> dict[Trend, float]:
        """Return the share of the learners with each trend on the last day."""
        trends = [each.trend(START + DAYS - 0.01) for each in self.trajectories]
        return {trend: trends.count(trend) / len(trends) for trend in Trend}

    def mean_momentum(self) -> float:
        today = START + DAYS - 1
        return float(
            np.mean(
                [
                    summarise(
                        Practice(
                            np.arange(START, START + DAYS),
                            np.full(DAYS, float(self.rate)),
                            scores.sum(axis=1),
                        ),
                        [trajectory.pace(today + 0.99)],
                        today=today,
                        days=DAYS,
                    ).score
                    for scores, trajectory in zip(self.scores, self.trajectories, strict=True)
                ]
            )
        )


simulated = cache(Simulated)


def followed(scores: FloatArray) -> list[Trajectory]:
    """Return the trajectories after scores of shape (learners, days, answers a day)."""
    trajectories = Trajectories()
    rows = trajectories.start(len(scores))
    half = np.full(len(rows), 0.5)
    for day, answers in enumerate(np.moveaxis(scores, 0, -1)):
        for number, score in enumerate(answers):
            at = np.full(len(rows), START + day + number / (len(answers) + 1))
            trajectories.absorb(
                rows, score, efficiency=half, difficulty=0.0 * half, mastery=half, day=at
            )
    return [trajectories.row(row) for row in rows.tolist()]


def forecast_of(trajectory: Trajectory, *, rate: float, days: int = 30) -> forecast.Score:
    skill = SkillForecast(
        level=trajectory.level,
        variance=trajectory.level_variance,
        velocity=trajectory.velocity,
        p_still=trajectory.p_still,
        rate=rate,
        answers=100,
    )
    score = forecast.forecast({"math": [skill]}, {"math": Scale(0, 1000)}, days=days).total
    assert score is not None
    return score


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("shape", "trend", "opposite"),
    [
        ("late rise", Trend.ACCELERATING, Trend.DECLINING),
        ("late fall", Trend.DECLINING, Trend.ACCELERATING),
    ],
)
def test_late_changes_are_noticed(shape: str, trend: Trend, opposite: Trend, rate: int):
    """learning-science 3: 60 % or more, and the opposite in 2 % at most."""
    shares = simulated(shape, rate).shares()

    assert shares[trend] >= 0.60
    assert shares[opposite] <= 0.02


@pytest.mark.parametrize(
    ("shape", "trend", "opposite"),
    [
        ("climbing", Trend.ACCELERATING, Trend.DECLINING),
        ("falling", Trend.DECLINING, Trend.ACCELERATING),
    ],
)
def test_steady_changes_are_noticed_with_fifteen_answers_a_day(
    shape: str, trend: Trend, opposite: Trend
):
    """learning-science 3: 60 % or more at 15 answers a day; never the opposite."""
    assert simulated(shape, 15).shares()[trend] >= 0.60
    assert all(simulated(shape, rate).shares()[opposite] <= 0.02 for rate in RATES)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", CONSTANT)
def test_constant_learners_are_stable(shape: str, rate: int):
    """learning-science 3: 90 % or more."""
    assert simulated(shape, rate).shares()[Trend.STABLE] >= 0.90


def test_someone_always_right_never_has_a_negative_velocity():
    """learning-science 3: nor a declining one; and someone always wrong never a better one."""
    right, wrong = Trajectory.initial(), Trajectory.initial()

    for number in range(300):
        day = START + number / 5
        for trajectory, score in ((right, 1.0), (wrong, 0.0)):
            trajectory.absorb(score, efficiency=0.5, difficulty=0.0, mastery=0.5, day=day)
        assert 0.0 <= wrong.velocity <= right.velocity
        assert right.trend(day) is Trend.STABLE
    assert right.velocity == 1.0
    assert Trajectory.initial().velocity >= 0.0


def test_a_constant_score_gives_no_trend_whatever_it_is():
    """learning-science 3: the initial distribution wearing off is no trend."""
    for score in (0.0, 0.5, 1.0):
        [trajectory] = followed(np.full((1, 14, 10), score))

        assert trajectory.trend(START + 13.9) is Trend.STABLE


@pytest.mark.parametrize("rate", [6, 15])
def test_momentum_ranks_learners(rate: int):
    """learning-science 4: 8 points or more between the first two and the last four."""
    score = {shape: simulated(shape, rate).mean_momentum() for shape in SHAPES}

    assert score["mastered"] >= score["climbing"] >= score["steady .8"] + 8
    assert score["steady .8"] > score["steady .5"] > score["stuck .25"] >= score["falling"]


def test_someone_always_right_is_never_forecast_to_fall():
    """learning-science 4."""
    trajectory = Trajectory.initial()

    for number in range(200):
        trajectory.absorb(1.0, efficiency=0.5, difficulty=0.0, mastery=0.5, day=START + number / 6)
        score = forecast_of(trajectory, rate=6.0)
        assert score.predicted >= score.current


@pytest.mark.parametrize("rate", RATES)
def test_no_rise_is_forecast_for_a_measured_fall_nor_for_standing_still(rate: int):
    """learning-science 4."""
    for trajectory in simulated("falling", rate).trajectories:
        score = forecast_of(trajectory, rate=rate)
        if trajectory.velocity < 0 or trajectory.p_still >= forecast.LIKELY_STILL:
            assert score.predicted <= score.current


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", ["falling", "late fall", "stuck .25"])
def test_most_learners_who_fall_or_stand_still_are_not_forecast_to_rise(shape: str, rate: int):
    """learning-science 4."""
    scores = [forecast_of(each, rate=rate) for each in simulated(shape, rate).trajectories]

    assert np.mean([score.predicted > score.current for score in scores]) <= 0.05
    assert np.mean([score.predicted - score.current for score in scores]) <= 5


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", CONSTANT)
def test_constant_learners_are_forecast_within_half_the_interval(shape: str, rate: int):
    """learning-science 4."""
    scores = [forecast_of(each, rate=rate) for each in simulated(shape, rate).trajectories]

    halves = [(score.interval.high - score.interval.low) / 2 for score in scores]
    changes = [abs(score.predicted - score.current) for score in scores]
    is_within = np.array(changes) <= halves
    assert is_within.mean() >= 0.95
    assert np.mean(changes) <= np.mean(halves) / 5


def test_intervals_cover_four_fifths_of_the_futures():
    """learning-science 4: 75 to 85 % of all learners, a fortnight later."""
    is_covered = []
    for shape in SHAPES:
        later = 1000 * level_later(shape)
        for rate in RATES:
            for trajectory in simulated(shape, rate).trajectories:
                interval = forecast_of(trajectory, rate=rate, days=14).interval
                is_covered.append(interval.low <= later <= interval.high)

    assert 0.75 <= np.mean(is_covered) <= 0.85


def level_later(shape: str) -> float:
    """Return the level two weeks after the end; shapes continue between .15 and .93."""
    if shape in ("climbing", "falling"):
        return float(SHAPES[shape](np.array([1.5])).clip(0.15, 0.93)[0])
    return float(SHAPES[shape](np.array([1.0]))[0])
