"""Relative velocity, and the change of the level within a week: learning-science 3."""

from __future__ import annotations

from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import velocity
from analytics.core.velocity import NO_CHANGE, NO_DAYS, SLOTS, DailyLevels, LevelChange, Trend

GAPS = st.one_of(st.just(0.0), st.floats(0, 2), st.floats(0, 30))
VALUES = st.floats(0, 1)
STEPS = st.lists(st.tuples(GAPS, VALUES), min_size=1, max_size=25)
FALL = LevelChange(-0.3, 0.01, -0.005, 10.0)


def test_practice_weighs_half_after_a_week():
    """learning-science 3: half-life 7 d."""
    assert velocity.fade(7.0) == 0.5


@given(steps=STEPS, wait=st.floats(0, 20))
def test_the_change_is_that_between_the_means_of_two_weeks(
    steps: list[tuple[float, float]], wait: float
):
    """learning-science 3: compared with the means over the answers themselves."""
    history, daily = walk(steps)
    last = history[-1][0]

    change = velocity.level_change(daily, last=last, day=last + wait)

    today = floor(last + wait)
    recent = [value for at, value in history if today - 7 < floor(at) <= today]
    earlier = [value for at, value in history if today - 14 < floor(at) <= today - 7]
    if not (recent and earlier):
        assert change == NO_CHANGE
        return
    n, m = len(recent), len(earlier)
    mean = (sum(recent) + sum(earlier) + 1) / (n + m + 2)
    assert change.change == pytest.approx(np.mean(recent) - np.mean(earlier), abs=1e-9)
    assert change.variance == pytest.approx(mean * (1 - mean) * (1 / n + 1 / m))
    assert change.per_answer == pytest.approx(change.change * 2 / (n + m), abs=1e-9)


@given(steps=st.lists(STEPS, min_size=1, max_size=6), score=VALUES)
def test_a_batch_of_daily_levels_equals_single_ones(
    steps: list[list[tuple[float, float]]], score: float
):
    walks = [walk(each) for each in steps]
    last = np.array([history[-1][0] for history, _ in walks])
    day = last + [each[0][0] for each in steps]
    answers, scores = (np.array(column).T for column in zip(*(d for _, d in walks), strict=True))

    velocity.add_scores(answers, scores, np.full(len(walks), score), last=last, day=day)

    for (_, daily), before, now, *together in zip(
        walks, last.tolist(), day.tolist(), answers.T, scores.T, strict=True
    ):
        alone = velocity.add_score(daily, score, last=before, day=now)
        assert np.allclose(together, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "trend"),
    [
        (0.18, Trend.ACCELERATING),
        (0.17, Trend.STABLE),
        (-0.17, Trend.STABLE),
        (-0.18, Trend.DECLINING),
    ],
)
def test_a_trend_is_a_change_beyond_chance(change: float, trend: Trend):
    """learning-science 3: by hand, 1.75 standard errors of .1."""
    assert LevelChange(change, 0.01).trend is trend


def test_without_two_weeks_of_practice_the_trend_is_stable():
    _, daily = walk([(0.0, 1.0), (0.5, 0.0), (3.0, 1.0)])

    assert velocity.level_change(daily, last=20_004.2, day=20_004.2) == NO_CHANGE
    assert NO_CHANGE.trend is Trend.STABLE


def test_skills_are_compared_with_themselves():
    """A turn to a harder skill is no decline; skills of one week do not count."""
    easy, hard = LevelChange(0.1, 0.01, 0.01, 5.0), LevelChange(0.3, 0.03, 0.02, 15.0)

    both = velocity.pooled_change([easy, NO_CHANGE, hard])

    assert both.change == pytest.approx(0.25)
    assert both.variance == pytest.approx((25 * 0.01 + 225 * 0.03) / 400)
    assert both.per_answer == pytest.approx(0.0175)
    assert velocity.pooled_change([NO_CHANGE]) == velocity.pooled_change([]) == NO_CHANGE


@pytest.mark.parametrize(
    ("gain", "level", "p_mastered", "change", "expected"),
    [
        (0.03, 0.42, 0.0, NO_CHANGE, 0.06),
        (0.01, 0.90, 0.5, NO_CHANGE, 0.2),
        (0.0, 0.90, 0.95, NO_CHANGE, 1.0),
        (-0.001, 0.42, 0.0, NO_CHANGE, 0.0),
        (0.03, 0.42, 0.0, FALL, -0.01),
        (0.001, 0.91, 0.99, FALL, -0.1),
    ],
)
def test_velocity_is_relative_to_the_room_left(
    gain: float, level: float, p_mastered: float, change: LevelChange, expected: float
):
    """learning-science 3: by hand."""
    found = velocity.relative(gain, level=level, p_mastered=p_mastered, change=change)

    assert found == pytest.approx(expected)


@given(score=VALUES, level=st.floats(0.2, 0.92), ease=st.floats(0.1, 10))
def test_scores_of_hard_questions_count_more(score: float, level: float, ease: float):
    """learning-science 3: on average the adjusted score is the level."""
    p = level * ease / (level * ease + 1 - level)
    right, wrong = (velocity.adjusted_score(s, level, ease) for s in (1.0, 0.0))

    assert p * right + (1 - p) * wrong == pytest.approx(level)
    assert velocity.adjusted_score(score, level, 1.0) == pytest.approx(score)


def walk(steps: list[tuple[float, float]]) -> tuple[list[tuple[float, float]], DailyLevels]:
    """Return (day, score) of these steps (gap in days, score), and the daily levels."""
    day, daily = 20_000.7, NO_DAYS
    history: list[tuple[float, float]] = []
    assert len(daily.answers) == SLOTS
    for gap, value in steps:
        last, day = day, day + (gap if history else 0.0)
        daily = velocity.add_score(daily, value, last=last, day=day)
        history.append((day, value))
    return history, daily
