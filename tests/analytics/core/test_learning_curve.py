"""The learning curve of a skill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import bkt, learning_curve
from analytics.core.bkt import Params

CHANCES = st.floats(0.01, 0.99)


def test_the_mean_and_its_band_by_hand():
    """mean .5, sd √(.25 · 6/5) = .5477, error 1.96 · .5477 / √6 = .4383."""
    number, score = np.ones(6, dtype=np.int64), np.array([1.0, 0.0] * 3)

    [found] = learning_curve.measured_curve(number, score)

    assert found[:3] == (1, 6, 0.5)
    assert (found.low, found.high) == pytest.approx((0.0617, 0.9383), abs=1e-4)


def test_an_opportunity_of_fewer_than_five_learners_is_omitted():
    number = np.array([1] * 5 + [2] * 4)

    found = learning_curve.measured_curve(number, np.ones(9))

    assert [point.number for point in found] == [1]


def test_a_curve_has_at_most_twenty_opportunities():
    number = np.repeat(np.arange(1, 31), 5)

    assert len(learning_curve.measured_curve(number, np.ones(150))) == 20


@given(CHANCES, CHANCES, CHANCES, CHANCES)
def test_the_expected_curve_is_the_mean_of_knowledge_tracing(
    prior: float, learn: float, guess: float, slip: float
):
    """An answer does not change the mean of mastery, so only learning raises it."""
    params = Params(prior, learn, guess, slip)

    first, second = learning_curve.expected_curve(params, 2)

    assert first == pytest.approx(bkt.predict(prior, params))
    assert second == pytest.approx(bkt.predict(prior + (1 - prior) * learn, params))


@given(st.lists(st.tuples(st.integers(1, 25), st.floats(0, 1)), max_size=80))
def test_every_band_holds_its_mean(answers: list[tuple[int, float]]):
    number = np.array([i for i, _ in answers], dtype=np.int64)
    score = np.array([y for _, y in answers], dtype=np.float64)

    for point in learning_curve.measured_curve(number, score):
        assert 0 <= point.low <= point.mean + 1e-12
        assert point.mean - 1e-12 <= point.high <= 1
