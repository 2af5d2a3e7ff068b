"""Predicted efficiency by hour: learning-science 4."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.time_of_day import HOURS, PSEUDO_ANSWERS, efficiency_by_hour

SHARES = st.floats(0, 1)
ANSWERS = st.lists(st.tuples(st.integers(0, HOURS - 1), SHARES, SHARES), max_size=60)


def by_hour(*answers: tuple[int, float, float]) -> list[float]:
    """Return the efficiency of each hour from answers (hour, score, prediction)."""
    hour = np.array([answer[0] for answer in answers], dtype=np.int64)
    score, predicted = np.array([answer[1:] for answer in answers]).reshape(-1, 2).T
    return efficiency_by_hour(hour, score, predicted).tolist()


def test_an_hour_without_answers_is_one_half():
    """contract 3: .5 where nothing is known."""
    assert by_hour() == [0.5] * HOURS
    assert by_hour((9, 1.0, 0.7), (9, 0.0, 0.7))[10] == 0.5


def test_hours_are_compared_with_the_learners_mean():
    """By hand: 10 answers at 8 score .2 above the prediction, 10 at 20 score .2 below it.

    Each hour has 10 answers and 10 usual ones, so half of the .2 counts.
    """
    assert PSEUDO_ANSWERS == 10

    expected = by_hour(*[(8, 0.9, 0.7)] * 10, *[(20, 0.5, 0.7)] * 10)

    assert expected[8] == pytest.approx(0.6)
    assert expected[20] == pytest.approx(0.4)


def test_a_learner_always_better_than_predicted_has_no_best_hour():
    expected = by_hour(*[(8, 1.0, 0.6)] * 30, *[(20, 0.8, 0.4)] * 5)

    assert expected == pytest.approx([0.5] * HOURS)


def test_hard_questions_do_not_lower_their_hour():
    """Fewer answers are right in the evening, as predicted."""
    expected = by_hour(*[(8, 1.0, 0.9), (8, 0.8, 0.9)] * 9, *[(20, 0.0, 0.3), (20, 0.6, 0.3)] * 9)

    assert expected == pytest.approx([0.5] * HOURS)


@given(answers=ANSWERS)
def test_every_hour_has_an_efficiency(answers: list[tuple[int, float, float]]):
    """contract 3: 0 to 1."""
    expected = by_hour(*answers)

    assert len(expected) == HOURS
    assert all(0 <= each <= 1 for each in expected)


@given(answers=ANSWERS, seed=st.randoms())
def test_the_order_of_answers_does_not_matter(answers: list[tuple[int, float, float]], seed):
    shuffled = list(answers)
    seed.shuffle(shuffled)

    assert by_hour(*shuffled) == pytest.approx(by_hour(*answers), abs=1e-12)


@given(answers=ANSWERS, hour=st.integers(0, HOURS - 1), shift=st.integers(1, HOURS - 1))
def test_only_the_differences_between_hours_count(
    answers: list[tuple[int, float, float]], hour: int, shift: int
):
    """Answers shifted by some hours give efficiencies shifted by the same hours."""
    later = [((h + shift) % HOURS, score, predicted) for h, score, predicted in answers]

    expected = by_hour(*later)[(hour + shift) % HOURS]

    assert expected == pytest.approx(by_hour(*answers)[hour], abs=1e-12)


@given(answers=ANSWERS, hour=st.integers(0, HOURS - 1))
def test_a_better_answer_makes_its_hour_no_worse(
    answers: list[tuple[int, float, float]], hour: int
):
    worse, better = by_hour(*answers, (hour, 0.2, 0.5)), by_hour(*answers, (hour, 0.8, 0.5))

    assert better[hour] >= worse[hour] - 1e-12


@pytest.mark.parametrize(
    ("hour", "score", "predicted"),
    [(24, 1, 0.5), (-1, 1, 0.5), (0, 1.1, 0.5), (0, nan, 0.5), (0, 1, -0.1), (0, 1, nan)],
)
def test_impossible_values_are_refused(hour: int, score: float, predicted: float):
    with pytest.raises(ValueError, match=r"0 to 23|lie in"):
        by_hour((hour, score, predicted))
