"""Forecasts of scores (contract 2.3; the equations are in `analytics.core.forecast`)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import bkt, forecast, growth_hmm
from analytics.core.forecast import UNLIMITED, Gains, SkillForecast, expected_mastery, grow
from analytics.core.score_scale import Scale

SAT = {"math": Scale(200, 800), "rw": Scale(200, 800)}
BOTH = ("math", "rw")
STEADY = SkillForecast(level=0.6, variance=0.01, velocity=0.06, p_still=0.2, rate=1.0, answers=30)
TOP, BOTTOM = growth_hmm.LEVELS[-1], growth_hmm.LEVELS[0]

chances = st.floats(0.01, 0.99)
velocities = st.floats(-1, 1)
attempts = st.floats(0, 1000)
gains = st.just(UNLIMITED) | st.builds(
    Gains, chances, st.floats(0.05, 0.95), st.floats(0.001, 0.5), st.floats(0, 0.49)
)
skill_forecasts = st.builds(
    SkillForecast,
    level=chances,
    variance=st.floats(0, 0.1),
    velocity=velocities,
    p_still=st.floats(0, 1),
    rate=st.floats(0, 20),
    answers=st.just(30),
    gains=gains,
)


def after(p: float, velocity: float, attempts: float) -> float:
    return float(grow(np.array([p]), np.array([velocity]), np.array([attempts]))[0])


def forecast_of(
    *skills: SkillForecast[float],
    days: int = 30,
    target: float | None = None,
    names: tuple[str, ...] = ("math",),
) -> forecast.Forecast:
    """Return the forecast of a section of these skills, or of several equal sections."""
    scales = {name: SAT[name] for name in names}
    return forecast.forecast(dict.fromkeys(names, skills), scales, days=days, target=target)


def test_a_worked_example():
    """Half right on 200 to 800 is 500; ten answers that each close a tenth of .42 give .7735."""
    skill = STEADY._replace(level=0.5, velocity=0.1, answers=20)

    result = forecast_of(skill, days=10, target=700)

    p = 0.92 - 0.42 * 0.9**10
    deviation = 600 * (0.01 + (0.5 * (p - 0.5)) ** 2 + 0.05**2 / 3) ** 0.5
    score = result.sections["math"]
    assert score is not None
    assert (score.current, score.predicted) == (500, round(200 + 600 * p))
    assert score.interval.low == round(score.predicted - 1.2816 * deviation)
    assert score.interval.high == round(score.predicted + 1.2816 * deviation)
    assert result.total == score
    assert result.goal is not None
    assert (result.goal.progress, result.goal.on_track) == (60, False)
    assert result.goal.days == 15  # .92 - .42 x .9^15 is .8335


def test_no_growth_is_expected_where_the_learner_likely_stands_still():
    """learning-science 4."""
    score = forecast_of(STEADY._replace(p_still=0.5)).total

    assert score is not None
    assert score.predicted == score.current


@given(chances, st.floats(0.001, 0.5), st.floats(0, 0.49), st.integers(0, 30))
def test_gains_are_those_of_knowledge_tracing(
    mastery: float, learn: float, forget: float, count: int
):
    params = bkt.Params(0.3, learn, 0.2, 0.1, forget)
    expected = mastery
    for _answer in range(count):
        expected = expected * (1.0 - forget) + (1.0 - expected) * learn

    change = Gains.at(mastery, params, may_fall=True).after(np.array(float(count)))
    without_loss = Gains.at(mastery, params, may_fall=False).after(np.array(float(count)))

    assert change == pytest.approx(0.7 * (expected - mastery), abs=1e-9)
    assert without_loss == pytest.approx(max(0.7 * (expected - mastery), 0.0), abs=1e-9)


def test_no_more_is_forecast_than_learners_gained_at_the_skill():
    """learning-science 4: also less than now, where they forgot more than they learned."""
    params = bkt.Params(0.3, 0.05, 0.2, 0.1, forget=0.05)

    def change(mastery: float, *, may_fall: bool = True) -> int:
        gains = Gains.at(mastery, params, may_fall=may_fall)
        score = forecast_of(STEADY._replace(gains=gains)).total
        assert score is not None
        return score.predicted - score.current

    assert 0 < change(0.4) < change(0.1)
    assert change(0.1) == round(600 * 0.7 * 0.4 * (1 - 0.9**30))
    assert change(0.5) == change(0.95, may_fall=False) == 0
    assert change(0.95) < 0


def test_a_fall_continues_for_a_week():
    """learning-science 4: a decline only from what is measured."""
    falling = STEADY._replace(velocity=-0.05, p_still=0.9)

    week, month = (forecast_of(falling, days=days).total for days in (7, 30))

    assert week is not None
    assert month is not None
    assert week.predicted == month.predicted < week.current


def test_the_goal_is_reached_on_the_first_day_that_is_on_track():
    goals = [forecast_of(STEADY, days=n, target=700).goal for n in range(1, 366)]

    assert all(goals)
    assert {goal.days for goal in goals if goal} == {
        next(n for n, goal in enumerate(goals, 1) if goal and goal.on_track)
    }


def test_a_goal_may_be_reached_already_or_never():
    resting = STEADY._replace(rate=0.0)

    assert forecast_of(resting, target=560).goal == forecast.Goal(
        days=0, progress=100, on_track=True
    )
    assert forecast_of(resting, target=561).goal == forecast.Goal(
        days=None, progress=99, on_track=False
    )


def test_the_total_is_the_sum_of_sections_with_independent_errors():
    result = forecast_of(STEADY, names=BOTH)

    sections = [score for score in result.sections.values() if score is not None]
    assert result.total is not None
    assert result.total.current == sum(score.current for score in sections)
    assert result.total.predicted == sum(score.predicted for score in sections)
    alone = sections[0].interval.low - sections[0].predicted
    together = result.total.interval.low - result.total.predicted
    assert together == pytest.approx(2**0.5 * alone, abs=1)


@pytest.mark.parametrize("answers", [0, 19])
def test_too_few_answers_give_no_score(answers: int):
    """contract 2.3: nulls, and the number of missing answers."""
    few = STEADY._replace(answers=answers)

    result = forecast_of(few, target=700, names=BOTH)

    assert result.sections == {"math": None, "rw": None}
    assert result.total is None
    assert result.goal is None
    assert forecast.missing_answers([few]) == 20 - answers


def test_answers_add_up_over_the_skills_of_a_section():
    assert forecast_of(STEADY._replace(answers=10), STEADY._replace(answers=10)).total is not None


def test_a_section_without_skills_has_no_score():
    assert forecast_of().sections == {"math": None}


def test_without_sections_there_is_no_total():
    result = forecast.forecast({}, {}, days=30)

    assert (result.sections, result.total, result.goal) == ({}, None, None)


@given(chances, velocities)
def test_the_first_answer_closes_the_share_of_the_room(p: float, velocity: float):
    """learning-science 3, 4: velocity is relative to the room left; falls stop at the bottom."""
    gain = velocity * (max(TOP - p, 0.05) if velocity < 0 else max(TOP - p, 0.0))

    expected = p + gain if velocity >= 0 else max(p + gain, min(p, BOTTOM))
    assert after(p, velocity, 1.0) == pytest.approx(
        expected, abs=0.05 if p < BOTTOM + 0.05 else 1e-9
    )


@given(chances, velocities, attempts, attempts)
def test_practice_moves_in_one_direction_and_never_past_its_limit(
    p: float, velocity: float, some: float, more: float
):
    fewer, later = sorted((some, some + more))
    path = [p, after(p, velocity, fewer), after(p, velocity, later)]

    steps = [(after - before) * velocity for before, after in pairwise(path)]
    assert min(steps) >= -1e-12
    assert min(p, BOTTOM) - 1e-12 <= path[-1] <= max(p, TOP) + 1e-12


@given(chances)
def test_without_practice_nothing_moves(p: float):
    assert after(p, 0.03, 0.0) == pytest.approx(p)
    assert after(p, 0.0, 100.0) == pytest.approx(p)


@given(chances, st.floats(0, 1), st.integers(0, 50))
def test_expected_mastery_is_the_mean_over_all_answers(p: float, learn: float, count: int):
    """The oracle applies knowledge tracing to right and wrong, weighted by their probability."""
    params = bkt.DEFAULTS._replace(learn=learn)
    expected = p
    for _answer in range(count):
        right = bkt.p_correct(expected, params.guess, params.slip)
        expected = sum(
            chance
            * bkt.after_practice(
                bkt.posterior(expected, score, params.guess, params.slip), learn, 0.0
            )
            for score, chance in ((1.0, right), (0.0, 1 - right))
        )

    assert expected_mastery(p, learn, count) == pytest.approx(
        min(expected, bkt.MAX_MASTERY), abs=1e-9
    )


@given(st.lists(skill_forecasts, min_size=1, max_size=5), st.integers(1, 365))
def test_scores_stay_on_their_scale(skills: list[SkillForecast[float]], days: int):
    result = forecast_of(*skills, days=days, target=1200, names=BOTH)

    assert result.total is not None
    assert result.goal is not None
    for score in result.sections.values():
        assert score is not None
        assert 200 <= score.interval.low <= score.predicted <= score.interval.high <= 800
        assert 200 <= score.current <= 800
    assert 0 <= result.goal.progress <= 100


@given(skill_forecasts, skill_forecasts)
def test_the_order_of_skills_makes_no_difference(
    one: SkillForecast[float], other: SkillForecast[float]
):
    assert forecast_of(one, other) == forecast_of(other, one)


@pytest.mark.parametrize(
    ("recent", "known_days", "rate"),
    [(60, 0.5, 60 / 7), (60, 10, 6), (60, 400, 2), (0, 400, 0), (0, 0, 0)],
)
def test_practice_continues_at_the_recent_rate(recent: int, known_days: float, rate: float):
    assert forecast.expected_rate(recent, known_days=known_days) == pytest.approx(rate)


@pytest.mark.parametrize("text", ["", "200", "800-200", "200-200", "a-b", "200-800 ", "-1-5"])
def test_an_invalid_scale_is_refused(text: str):
    with pytest.raises(ValueError, match="200-800"):
        Scale.parse(text)


def test_a_scale_is_parsed():
    assert Scale.parse("200-800") == (200, 800)
    assert Scale.parse("1-36").width == 35


@pytest.mark.parametrize("target", [0, 200, 800.5, float("nan")])
def test_an_invalid_target_is_refused(target: float):
    """A target is above the lowest score and at most the highest."""
    with pytest.raises(ValueError, match="not a valid target total"):
        forecast_of(STEADY, target=target)
