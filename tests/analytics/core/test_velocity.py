"""The discounted velocity of a trajectory, now and a week before: learning-science 3."""

from __future__ import annotations

from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import exponential_average, velocity
from analytics.core.exponential_average import NO_AVERAGE, ExponentialAverage
from analytics.core.velocity import NO_HISTORY, WEEK, DailyHistories, DailyHistory, Trend

GAPS = st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 30))
VALUES = st.floats(-0.0015, 0.045)
# Days since 1970 are floats exact to 4e-12; each step decays by a difference of two.
ROUNDING = 1e-9
STEPS = st.lists(st.tuples(GAPS, VALUES), min_size=1, max_size=25)


def test_an_answer_weighs_half_after_a_week():
    """learning-science 3: half-life 7 d, by hand: (.5 x .02 + .05) / 1.5 = .04."""
    week_old = exponential_average.decayed(ExponentialAverage(1.0, 0.02), velocity.fade(7.0))

    recent = exponential_average.absorb(week_old, 0.05)

    assert recent.weight == pytest.approx(1.5)
    assert recent.mean == pytest.approx(0.04)


@given(steps=STEPS, wait=st.floats(0, 20))
def test_the_velocity_a_week_before_is_that_read_a_week_before(
    steps: list[tuple[float, float]], wait: float
):
    """learning-science 3: compared with the mean over all answers until that day."""
    history, recent, daily = walk(steps)
    last = history[-1][0]
    day = last + wait

    earlier = velocity.before(daily, recent, last, day)

    end = floor(day) - WEEK + 1
    then = [(end - at, value) for at, value in history if at < end]
    weights = [2 ** (-age / 7) for age, _ in then]
    assert earlier.weight == pytest.approx(sum(weights), abs=ROUNDING)
    if then:
        mean = sum(w * v for w, (_, v) in zip(weights, then, strict=True)) / sum(weights)
        assert earlier.mean == pytest.approx(mean, abs=ROUNDING)


@given(steps=st.lists(STEPS, min_size=1, max_size=6), waits=st.lists(GAPS, min_size=6, max_size=6))
def test_a_batch_of_daily_histories_equals_single_ones(
    steps: list[list[tuple[float, float]]], waits: list[float]
):
    walks = [walk(each) for each in steps]
    last = np.array([history[-1][0] for history, _, _ in walks])
    day = last + waits[: len(walks)]
    daily_histories = DailyHistories(
        np.array([daily.weights for _, _, daily in walks]).T,
        np.array([daily.means for _, _, daily in walks]).T,
    )
    recent = ExponentialAverage(*np.array([recent for _, recent, _ in walks]).T)

    together = velocity.close_days_many(daily_histories, recent, last, day)

    alone = [
        velocity.close_days(daily, one, *days)
        for (_, one, daily), days in zip(walks, zip(last, day, strict=True), strict=True)
    ]
    assert np.allclose(together.weights.T, [one.weights for one in alone], rtol=0, atol=1e-12)
    assert np.allclose(together.means.T, [one.means for one in alone], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("now", "earlier", "trend"),
    [
        (0.030, 0.020, Trend.ACCELERATING),
        (0.020, 0.030, Trend.DECLINING),
        (0.027, 0.020, Trend.STABLE),
        (0.020, 0.027, Trend.STABLE),
    ],
)
def test_a_trend_is_a_change_beyond_eight_thousandths(now: float, earlier: float, trend: Trend):
    """learning-science 4, contract 2.2."""
    assert velocity.trend(ExponentialAverage(1.0, now), ExponentialAverage(1.0, earlier)) is trend


def test_without_a_week_of_practice_the_trend_is_stable():
    """learning-science 3: span >= 7 days."""
    assert velocity.trend(ExponentialAverage(1.0, 0.03), NO_AVERAGE) is Trend.STABLE
    assert velocity.trend(NO_AVERAGE, NO_AVERAGE) is Trend.STABLE


def test_the_same_calendar_day_closes_nothing():
    daily = velocity.close_days(NO_HISTORY, ExponentialAverage(3.0, 0.02), 20_000.1, 20_000.9)

    assert daily == NO_HISTORY


@given(means=st.lists(st.tuples(st.floats(0, 9), VALUES), max_size=6))
def test_the_pooled_mean_is_the_mean_of_all_values(means: list[tuple[float, float]]):
    weight = sum(w for w, _ in means)

    pooled = exponential_average.pooled([ExponentialAverage(*each) for each in means])

    assert pooled.weight == pytest.approx(weight)
    assert pooled.weight * pooled.mean == pytest.approx(sum(w * v for w, v in means), abs=1e-12)


def walk(
    steps: list[tuple[float, float]],
) -> tuple[list[tuple[float, float]], ExponentialAverage[float], DailyHistory]:
    """Return (day, velocity) of these steps (gap in days, velocity), and both averages."""
    day, recent, daily = 20_000.7, NO_AVERAGE, NO_HISTORY
    history: list[tuple[float, float]] = []
    for gap, value in steps:
        if history:
            daily = velocity.close_days(daily, recent, day, day + gap)
            recent = exponential_average.decayed(recent, velocity.fade(gap))
            day += gap
        recent = exponential_average.absorb(recent, value)
        history.append((day, value))
    return history, recent, daily
