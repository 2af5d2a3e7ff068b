"""Item analysis: discrimination and median time of a question."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import item_analysis
from analytics.core.item_analysis import discrimination, median

PAIRS = st.lists(st.tuples(st.floats(0, 1), st.floats(-4, 4)), min_size=2, max_size=40)


def columns(pairs: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    score, ability = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return score, ability


def test_a_point_biserial_by_hand():
    """(mean of the right − mean of the wrong) / sd · √(pq): (2 − 0) / √5 · 2 · √.25 = .8944."""
    score = np.array([0.0, 0.0, 1.0, 1.0])
    ability = np.array([-1.5, -0.5, 0.5, 1.5])

    assert discrimination(score, ability) == pytest.approx(2 / 1.25**0.5 * 0.5)


def test_a_question_that_strong_learners_fail_discriminates_below_zero():
    assert discrimination(np.array([1.0, 0.0]), np.array([-1.0, 1.0])) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("score", "ability"),
    [([], []), ([1.0], [0.0]), ([1.0, 1.0], [0.0, 1.0]), ([0.0, 1.0], [0.3, 0.3])],
)
def test_discrimination_is_none_where_scores_or_abilities_are_equal(
    score: list[float], ability: list[float]
):
    assert discrimination(np.array(score), np.array(ability)) is None


@given(PAIRS)
def test_discrimination_is_a_correlation(pairs: list[tuple[float, float]]):
    score, ability = columns(pairs)

    found = discrimination(score, ability)

    if found is not None:
        assert -1 <= found <= 1
        assert discrimination(score, -ability) == pytest.approx(-found)
        assert discrimination(score, 3 * ability + 1) == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize(
    ("score", "ability"), [([1.0, nan], [0.0, 0.0]), ([1.0], [0.0, 1.0]), ([[1.0]], [[1.0]])]
)
def test_invalid_numbers_are_refused(score: list[float], ability: list[float]):
    with pytest.raises(ValueError, match="score"):
        discrimination(np.array(score), np.array(ability))


def test_the_median_ignores_unknown_times():
    assert median(np.array([nan, 3.0, 9.0, 5.0])) == 5.0
    assert median(np.array([nan])) is None
    assert item_analysis.MIN_ANSWERS == 10
