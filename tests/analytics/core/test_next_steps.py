"""Ranking of skills to practise next: learning-science 7."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.bkt import MASTERED
from analytics.core.next_steps import Reason, Skills, rank


def skills(**columns: list[float]) -> Skills:
    """Return skills of mastery .5 that differ only in the given columns."""
    size = len(next(iter(columns.values())))
    same = {"mastery": 0.5, "learn": 0.1, "p_correct": 0.7, "p_stuck": 0.0, "seconds": 60.0}
    return Skills(**{name: np.array(columns.get(name, [same[name]] * size)) for name in same})


def edges(*pairs: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    before, after = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return before, after


def test_the_gain_is_what_is_left_times_the_learning_rate_per_minute():
    ranking = rank(skills(mastery=[0.6], learn=[0.2], p_stuck=[0.25], seconds=[30.0]), *edges())

    assert ranking.gains == pytest.approx([0.4 * 0.2 * 0.75 * 2])
    assert ranking.reasons == [Reason.READY]


@pytest.mark.parametrize(
    ("column", "better", "worse"),
    [
        ("mastery", 0.3, 0.6),
        ("learn", 0.2, 0.1),
        ("p_stuck", 0.1, 0.9),
        ("seconds", 20.0, 60.0),
        ("p_correct", 0.7, 0.2),
        ("p_correct", 0.7, 0.99),
    ],
)
def test_the_larger_gain_comes_first(column: str, better: float, worse: float):
    assert rank(skills(**{column: [worse, better]}), *edges()).rows.tolist() == [1, 0]


def test_mastered_skills_and_those_without_their_prerequisites_are_left_out():
    ranking = rank(skills(mastery=[MASTERED, 0.5, 0.5, 0.5]), *edges((0, 1), (1, 2), (0, 2)))

    assert sorted(ranking.rows.tolist()) == [1, 3]


def test_a_skill_that_others_wait_for_comes_first():
    assert rank(skills(mastery=[0.5, 0.5, 0.5]), *edges((1, 2))).rows.tolist() == [1, 0]


def test_the_reason_names_a_stuck_skill_and_a_range_of_success():
    stuck = skills(
        mastery=[0.5] * 4, p_stuck=[0.0, 0.9, 0.0, 0.0], p_correct=[0.7, 0.7, 0.59, 0.86]
    )
    ranking = rank(stuck, *edges((0, 1)))

    reasons = dict(zip(ranking.rows.tolist(), ranking.reasons, strict=True))
    assert reasons == {0: Reason.PREREQUISITE, 2: Reason.CLOSEST, 3: Reason.CLOSEST}


def test_without_skills_nothing_is_recommended():
    assert rank(skills(mastery=[]), *edges()).rows.tolist() == []


@pytest.mark.parametrize("bad", [{"mastery": [1.1]}, {"p_stuck": [np.nan]}, {"seconds": [0.0]}])
def test_estimates_outside_their_range_are_rejected(bad: dict[str, list[float]]):
    with pytest.raises(ValueError, match="must be"):
        rank(skills(**bad), *edges())


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=9), st.data())
def test_each_unmastered_skill_is_listed_once_in_order_of_gain(
    mastery: list[float], data: st.DataObject
):
    numbers = st.integers(0, len(mastery) - 1)
    pairs = data.draw(st.lists(st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])))

    ranking = rank(skills(mastery=mastery), *edges(*pairs))

    weak = {row for row, value in enumerate(mastery) if value < MASTERED}
    ready = {row for row in weak if not any(a in weak and b == row for a, b in pairs)}
    assert sorted(ranking.rows.tolist()) == sorted(ready)
    assert np.all(np.diff(ranking.gains) <= 0)
    assert len(ranking.reasons) == len(ranking.rows)
