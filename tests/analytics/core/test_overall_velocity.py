"""The velocity of a learner over all skills: learning-science 4, contract 2.2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.overall_velocity import (
    Momentum,
    Practice,
    activity_level,
    consistency,
    growth,
    momentum_score,
    overall_trend,
    overall_velocity,
    progress,
    summarise,
)
from analytics.core.trajectory import VelocityTrend
from analytics.core.velocity import NO_CHANGE, LevelChange, Trend

TODAY = 20_500
DAYS = st.lists(
    st.tuples(st.integers(TODAY - 40, TODAY + 2), st.integers(1, 50), st.floats(0, 1)),
    max_size=40,
    unique_by=lambda row: row[0],
)
CHANGES = st.builds(
    LevelChange, st.floats(-1, 1), st.floats(1e-6, 1), st.floats(-1, 1), st.floats(0, 50)
)
TRENDS = st.lists(
    st.builds(VelocityTrend, st.floats(-1, 1), st.floats(0.2, 0.92), st.floats(0, 50), CHANGES),
    max_size=5,
)
RISE, FALL = LevelChange(0.3, 0.01, 0.01, 5.0), LevelChange(-0.3, 0.01, -0.01, 5.0)


def test_a_learner_without_answers_has_a_defined_momentum():
    """contract 2.2."""
    expected = Momentum(score=0, trend=Trend.STABLE, velocity=0.0, consistency=0.0, activity=0.0)

    assert summarise(practised(), [], today=TODAY, days=30) == expected


def test_a_fortnight_of_two_skills():
    """learning-science 4, by hand.

    Level (3 x .92 + .46) / 4 = .805, growth (3 x 1 + .3) / 4 = .825: progress .85.
    100 (.5 x .85 + .3 x .6 + .2 x 1) = 80.5.
    """
    practice = practised(*((TODAY - day, 10, 8) for day in range(0, 12, 2)), (TODAY - 20, 10, 0))
    trends = [VelocityTrend(1.0, 0.92, 3.0, NO_CHANGE), VelocityTrend(0.0, 0.46, 1.0, NO_CHANGE)]

    found = summarise(practice, trends, today=TODAY, days=14)

    assert found.velocity == pytest.approx(0.75)
    assert found.activity == pytest.approx(6 / 10)
    assert found.consistency == pytest.approx(1.0)
    assert progress(trends, Trend.STABLE) == pytest.approx(0.85)
    assert found.score in (80, 81)
    assert found.trend is Trend.STABLE


@pytest.mark.parametrize(
    ("practised", "days", "level"),
    [(0, 30, 0.0), (5, 7, 1.0), (7, 7, 1.0), (2, 14, 0.2), (1, 1, 1)],
)
def test_activity_saturates_at_five_days_a_week(practised: int, days: int, level: float):
    """learning-science 4."""
    assert activity_level(practised, days) == pytest.approx(level)


def test_days_of_different_accuracy_are_inconsistent():
    """learning-science 4, by hand: 9/10 and 5/10 vary by .04, of which .0105 is chance."""
    found = consistency(practised((1, 10, 9), (2, 10, 5)))

    assert found == pytest.approx(1 - 2 * (0.04 - 0.0105) ** 0.5)


def test_steady_days_are_consistent_and_one_day_alone_is_not():
    """learning-science 4."""
    assert consistency(practised((1, 10, 7), (2, 20, 14))) == 1
    assert consistency(practised((1, 10, 7))) == 0
    assert consistency(practised((1, 200, 200), (2, 200, 0))) < 0.01


def test_chance_is_not_counted_as_inconsistency():
    """learning-science 4: with few answers a day accuracy varies by luck alone."""
    rng = np.random.default_rng(5)

    found = [
        consistency(practised(*((day, 4, rng.binomial(4, 0.7)) for day in range(20))))
        for _ in range(300)
    ]

    assert np.mean(found) > 0.85


def test_a_steady_rise_is_not_inconsistent():
    """learning-science 4: a fall is."""
    rise = [(day, 100, 30 + 5 * day) for day in range(10)]
    fall = [(day, 100, 75 - 5 * day) for day in range(10)]

    assert consistency(practised(*rise)) == 1
    assert consistency(practised(*fall)) < 0.75


@pytest.mark.parametrize(
    ("velocity", "expected"), [(-0.01, 0.0), (0.0, 0.3), (0.05, 0.5809), (0.5, 0.9993), (1.0, 1.0)]
)
def test_growth_is_the_share_of_the_room_that_ten_answers_close(velocity: float, expected: float):
    """learning-science 4: mastered 1, no growth .3, falling 0; .3 + .7 (1 - .95^10) = .5809."""
    assert growth(velocity) == pytest.approx(expected, abs=1e-4)


def test_a_measured_change_decides_the_growth():
    """learning-science 4."""
    still = [VelocityTrend(0.0, 0.46, 1.0, NO_CHANGE)]

    assert progress(still, Trend.ACCELERATING) == pytest.approx(0.75)
    assert progress(still, Trend.STABLE) == pytest.approx(0.4)
    assert progress(still, Trend.DECLINING) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("progress", "activity", "steadiness", "score"),
    [(0, 0, 0, 0), (1, 0, 0, 50), (0, 1, 0, 30), (0, 0, 1, 20), (1, 1, 1, 100)],
)
def test_momentum_weighs_progress_activity_and_consistency(
    progress: float, activity: float, steadiness: float, score: int
):
    """learning-science 4."""
    assert momentum_score(progress, activity, steadiness) == score


def test_recent_practice_weighs_more():
    trends = [VelocityTrend(0.4, 0.5, 2.0, RISE), VelocityTrend(0.1, 0.5, 1.0, FALL)]

    assert overall_velocity(trends) == pytest.approx(0.3)
    assert overall_trend(trends) is Trend.STABLE
    assert overall_trend(trends[:1]) is Trend.ACCELERATING


@given(days=DAYS, trends=TRENDS, window=st.integers(1, 365))
def test_momentum_stays_in_its_ranges(
    days: list[tuple[int, int, float]], trends: list[VelocityTrend], window: int
):
    """contract 2.2."""
    practice = practised(*((day, answers, share * answers) for day, answers, share in days))

    found = summarise(practice, trends, today=TODAY, days=window)

    assert 0 <= found.score <= 100
    assert 0 <= found.activity <= 1
    assert -1e-9 <= found.consistency <= 1
    assert -1 - 1e-12 <= found.velocity <= 1 + 1e-12


def test_a_window_has_at_least_one_day():
    with pytest.raises(ValueError, match="at least 1"):
        summarise(practised(), [], today=TODAY, days=0)


def practised(*days: tuple[int, int, float]) -> Practice:
    """Return the practice of these days, given as (day, answers, correct)."""
    day, answers, correct = np.array(days, dtype=float).reshape(-1, 3).T
    return Practice(day.astype(np.int64), answers, correct)
