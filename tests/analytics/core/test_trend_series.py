"""The discounted mean and slope of a number per answer: learning-science 3 and 4."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import trend_series
from analytics.core.trend_series import EMPTY, Series

NUMBERS = st.lists(st.floats(-3, 3), min_size=3, max_size=60)


def test_a_number_weighs_half_after_twelve_more():
    """learning-science 4, by hand, for a 1 followed by twelve 0s."""
    numbers = series_of([1.0] + [0.0] * 12)

    weights = [2 ** (-age / 12) for age in range(13)]
    assert trend_series.mean(numbers, 13) == pytest.approx(0.5 / sum(weights))


def test_a_straight_line_has_its_slope_and_no_error():
    change, error = trend_series.slope(series_of([0.1, 0.2, 0.3, 0.4]), 4)

    assert change == pytest.approx(0.1)
    assert error == pytest.approx(0, abs=1e-7)


@given(numbers=NUMBERS)
def test_three_sums_give_the_regression_over_all_numbers(numbers: list[float]):
    """learning-science 3 and 4: compared with least squares over all answers."""
    found, answers = series_of(numbers), len(numbers)

    mean, change, error = regression(np.array(numbers))

    assert trend_series.mean(found, answers) == pytest.approx(mean, abs=1e-9)
    assert trend_series.slope(found, answers).change == pytest.approx(change, abs=1e-9)
    assert trend_series.slope(found, answers).error == pytest.approx(error, abs=1e-6)


@pytest.mark.parametrize("answers", [12, 60])
def test_the_error_accounts_for_chance(answers: int):
    """learning-science 3: without a trend, 5 % of all series seem to fall by 1.64 errors."""
    rng = np.random.default_rng(7)

    alarms = [
        trend_series.is_falling(series_of(rng.random(answers)), EMPTY, answers)
        for _ in range(2_000)
    ]

    assert 0.03 < np.mean(alarms) < 0.08


def test_a_fall_counts_only_at_questions_of_equal_difficulty():
    """learning-science 3: at difficulty changed by < .2 logit."""
    numbers = [0.9, 0.85, 0.9, 0.7, 0.75, 0.6, 0.5, 0.55, 0.4, 0.3]
    falling, level = series_of(numbers), series_of([0.1] * 10)

    assert trend_series.is_falling(falling, level, 10)
    assert not trend_series.is_falling(falling, series_of([0.1 * n for n in range(10)]), 10)
    assert not trend_series.is_falling(falling, series_of([-0.1 * n for n in range(10)]), 10)
    assert not trend_series.is_falling(series_of(numbers[:7]), series_of([0.1] * 7), 7)
    assert not trend_series.is_falling(series_of(numbers[::-1]), level, 10)


def test_difficulty_is_compared_over_a_half_life():
    """learning-science 3: .015 logits an answer are .18 over twelve, .017 are .204."""
    falling = series_of(np.linspace(1, 0, 60))

    assert trend_series.is_falling(falling, series_of(np.arange(60) * 0.015), 60)
    assert not trend_series.is_falling(falling, series_of(np.arange(60) * 0.017), 60)


@pytest.mark.parametrize("number", [0.0, 0.1, 0.8, 1.0])
def test_a_constant_series_does_not_fall(number: float):
    """learning-science 3: rounding is no trend."""
    for answers in range(1, 100):
        assert not trend_series.is_falling(
            series_of([number] * answers), series_of([0.3] * answers), answers
        )


def test_a_long_series_has_the_same_mean_and_slope():
    """Old answers have no weight, so the design matrix of the regression converges."""
    numbers = np.sin(np.arange(3_000))

    mean, change, error = regression(numbers[-1_500:])

    assert trend_series.mean(series_of(numbers), 3_000) == pytest.approx(mean)
    assert trend_series.slope(series_of(numbers), 3_000) == pytest.approx((change, error))


def test_two_numbers_have_no_slope():
    assert isnan(trend_series.slope(series_of([0.5, 0.7]), 2).change)
    assert isnan(trend_series.slope(series_of([0.5, 0.7]), 2).error)


def series_of(numbers) -> Series[float]:
    """Return the series of these numbers."""
    found = EMPTY
    for number in numbers:
        found = trend_series.append(found, float(number))
    return found


def regression(values) -> tuple[float, float, float]:
    """Return mean, slope and its error by matrices: discounted weights, equal variances."""
    ages = np.arange(len(values))[::-1]
    w = 2.0 ** (-ages / 12)
    x = np.column_stack([np.ones(len(values)), -ages])
    hat = np.linalg.inv(x.T @ (w[:, None] * x)) @ (x.T * w)
    residuals = values - x @ (hat @ values)
    freedom = w.sum() - np.einsum("i,ij,ji->", w, x, hat)
    variance = (w @ residuals**2) / freedom
    return (w @ values) / w.sum(), (hat @ values)[1], np.sqrt(variance * (hat @ hat.T)[1, 1])
