"""The trajectory of one learner at one skill, answer by answer: learning-science 3 and 4."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from struct import pack, unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import growth_hmm, plateau, trend_series
from analytics.core.bkt import MASTERED
from analytics.core.causes import NO_HABITS, Advice
from analytics.core.explanation import NOT_EXPLAINED, explain
from analytics.core.growth_hmm import Belief
from analytics.core.plateau import Confidence, Indicator, Severity
from analytics.core.stuck import SHIPPED, UNJUDGED, Recent
from analytics.core.trajectory import Trajectory
from analytics.core.trajectory_codec import UnreadableRecord
from analytics.core.velocity import NO_DAYS, DailyLevels, Trend
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, absorb, trajectory_of


def test_a_trajectory_without_answers_has_no_findings():
    trajectory = Trajectory.initial()

    assert trajectory.answers == 0
    assert trajectory.efficiency == 0
    assert trajectory.level == pytest.approx(0.4439)
    assert not trajectory.is_plateau
    assert trajectory.confidence is None
    assert trajectory.severity is None
    assert explain(trajectory, None, None).advice is None
    assert trajectory.indicators == []
    assert trajectory.trend(START_DAY) is Trend.STABLE
    assert trajectory.pace(START_DAY).weight == 0
    assert trajectory.pace(START_DAY).velocity >= 0


def test_one_right_answer():
    """learning-science 3, by hand: P_stuck is .03155 / .4439; the gain, .0334, likewise."""
    trajectory = trajectory_of([1.0], mastery=0.6, efficiency=0.8)

    assert trajectory.p_stuck == pytest.approx(0.071075, abs=1e-6)
    gain = growth_hmm.velocity(trajectory.belief, trajectory.climb)
    assert gain == pytest.approx(0.033371, abs=1e-4)
    assert trajectory.velocity == pytest.approx(gain / (0.92 - trajectory.level))
    assert trajectory.pace(START_DAY + 7).weight == pytest.approx(0.5)
    assert trajectory.efficiency == pytest.approx(0.8)
    assert (trajectory.mastery, trajectory.record, trajectory.since_record) == (0.6, 0.6, 0)


def test_a_learner_who_keeps_failing_is_stuck_low():
    """learning-science 3: wrong answers alone raise the flag within twenty."""
    trajectory = Trajectory.initial()

    flags = []
    for _ in range(30):
        absorb(trajectory, 0.0, mastery=0.1)
        flags.append(trajectory.is_plateau)

    assert 7 <= flags.index(True) < 20
    assert all(flags[flags.index(True) :])
    assert trajectory.confidence is Confidence.HIGH
    assert trajectory.severity is Severity.SEVERE
    assert trajectory.advice(None) is Advice.FOUNDATIONS
    assert Indicator.MASTERY_STAGNANT in trajectory.indicators


def test_the_flag_waits_for_the_eighth_answer():
    """learning-science 3.4: n >= 8, even with certainty."""
    trajectory = Trajectory.initial()
    for _ in range(plateau.MIN_ANSWERS):
        assert not trajectory.is_plateau
        absorb(trajectory, 0.0)
        trajectory.belief = Belief((0.0,) * 6, (0.0, 1.0, *(0.0,) * 4))
        trajectory.recent_results = Recent(0.5, 0.5, 0.0)

    absorb(trajectory, 0.0)

    assert trajectory.is_plateau


def test_a_learner_without_progress_at_a_middle_level_should_vary_practice():
    """learning-science 3: stuck after progress."""
    trajectory = trajectory_of([1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0] * 6, mastery=0.6)
    trajectory.judge(-1.0, 4 / 7, SHIPPED)

    assert trajectory.is_plateau
    assert 0.5 <= trajectory.level < 0.8
    assert trajectory.advice(None) is Advice.VARY


def test_a_learner_whose_results_fall_should_space_practice():
    """learning-science 3: declining, and .10 below the best is severe."""
    trajectory = trajectory_of([1.0, 1.0, 0.0] * 10 + [0.0] * 12, mastery=0.4)

    assert trajectory.severity is Severity.SEVERE
    assert trajectory.advice(None) is Advice.DECLINING


def test_a_learner_whose_effort_pays_off_less_should_slow_down():
    """learning-science 3: efficiency falling at the same results."""
    trajectory = Trajectory.initial()
    for n in range(40):
        absorb(trajectory, float(n % 2), efficiency=0.9 - 0.02 * n)

    assert trajectory.is_plateau
    assert Indicator.EFFICIENCY_DROPPING in trajectory.indicators
    assert trajectory.advice(None) is Advice.EFFICIENCY_DROPPING


def test_a_mastered_skill_is_never_a_plateau():
    """learning-science 3: never when mastery >= .95, and never at the top of the grid."""
    right = trajectory_of([1.0] * 200, mastery=0.5)
    stuck = trajectory_of([0.0] * 20, mastery=0.5)

    absorb(stuck, 0.0, mastery=MASTERED)

    assert not right.is_flagged
    assert not stuck.is_plateau
    assert stuck.confidence is None
    assert stuck.severity is None
    assert explain(stuck, None, "fractions") == NOT_EXPLAINED
    assert stuck.indicators == []


def test_the_flag_falls_when_the_learner_grows_again():
    """learning-science 3.4: off below .8 of the threshold."""
    trajectory = trajectory_of([0.0] * 24, mastery=0.2)
    assert trajectory.is_plateau

    for _ in range(10):
        absorb(trajectory, 1.0, mastery=0.7)

    assert not trajectory.is_plateau


def test_a_level_that_falls_within_a_week_is_evidence():
    """learning-science 3: over 7 days and more, and it never raises the flag alone."""
    trajectory = Trajectory.initial()
    for day in range(14):
        for number in range(5):
            score = float(number > 0 or day < 7)
            absorb(trajectory, score, mastery=0.9, day=START_DAY + day)

    assert trajectory.indicators == [Indicator.VELOCITY_DECLINING]
    assert trajectory.trend(START_DAY + 13) is Trend.DECLINING
    assert trajectory.velocity < 0
    assert trajectory.trend(START_DAY + 30) is Trend.STABLE
    assert not trajectory.is_plateau


def test_harder_questions_are_no_decline():
    """learning-science 3: scores count as on questions of average difficulty."""
    trajectory = Trajectory.initial()
    for day in range(14):
        for number in range(10):
            is_late = day >= 7
            trajectory.absorb(
                float(number < (6 if is_late else 8)),
                efficiency=0.5,
                difficulty=1.4 if is_late else 0.0,
                mastery=0.9,
                day=START_DAY + day,
            )

    assert trajectory.trend(START_DAY + 13) is Trend.STABLE


def test_slowly_rising_mastery_sets_records():
    """learning-science 3: a record is a rise by .01 over any number of answers."""
    trajectory = Trajectory.initial()
    for n in range(40):
        absorb(trajectory, 0.5, mastery=0.3 + n * 0.003)

    assert trajectory.since_record < plateau.RECORDLESS_ANSWERS


@given(answers=ANSWERS)
def test_a_trajectory_is_restored_exactly_from_its_bytes(answers: list[Given]):
    trajectory = trajectory_after(answers)

    copy = Trajectory.from_bytes(trajectory.to_bytes())

    assert copy == trajectory
    for one in (copy, trajectory):
        absorb(one, 1.0, day=one.day + 1.5)
    assert copy == trajectory


@given(answers=ANSWERS)
def test_derived_values_stay_in_their_ranges(answers: list[Given]):
    """learning-science 3 and 4."""
    trajectory = trajectory_after(answers)

    assert 0 <= trajectory.p_stuck <= 1
    assert 0.2 - 1e-12 <= trajectory.level <= 0.92 + 1e-12
    assert -1e-12 <= trajectory.efficiency <= 1 + 1e-12
    assert -1 <= trajectory.velocity <= 1
    assert (trajectory.velocity < 0) <= (trajectory.trend(trajectory.day) is Trend.DECLINING)
    assert 0 <= trajectory.level_variance <= 0.36**2
    assert trajectory.is_plateau <= (trajectory.answers >= plateau.MIN_ANSWERS)
    advice = explain(trajectory, None, None).advice
    assert (advice is not None) is trajectory.is_plateau
    assert (trajectory.severity is not None) >= trajectory.is_plateau


@given(answers=ANSWERS, back=st.floats(0, 400))
def test_an_earlier_answer_counts_as_at_the_same_time(answers: list[Given], back: float):
    late, even = trajectory_after([Given(), *answers]), trajectory_after([Given(), *answers])

    absorb(late, 1.0, day=late.day - back)
    absorb(even, 1.0, day=even.day)

    assert late == even


@pytest.mark.parametrize("field", ["score", "efficiency", "mastery", "difficulty", "day"])
@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_invalid_numbers_are_refused_and_change_nothing(field: str, value: float):
    trajectory, before = trajectory_of([1.0]), trajectory_of([1.0])
    numbers = {"score": 1.0, "efficiency": 0.5, "mastery": 0.5, "difficulty": 0.0, "day": 20_001.0}

    with pytest.raises(ValueError, match="must be"):
        trajectory.absorb(**{**numbers, field: value})  # type: ignore[arg-type]

    assert trajectory == before


def test_invalid_bytes_are_refused():
    record = trajectory_of([1.0]).to_bytes()
    numbers = unpack("<76d", record)

    with pytest.raises(UnreadableRecord, match="608 bytes, not 600"):
        Trajectory.from_bytes(record[8:])
    for version in (2.0, 4.0):
        with pytest.raises(UnreadableRecord, match=f"version 3, not {version:.0f}"):
            Trajectory.from_bytes(pack("<76d", version, *numbers[1:]))
    with pytest.raises(UnreadableRecord, match="finite"):
        Trajectory.from_bytes(pack("<76d", *numbers[:-1], nan))
    with pytest.raises(UnreadableRecord, match="must sum to 1"):
        Trajectory.from_bytes(pack("<76d", 3.0, *[0.0] * 75))


def test_a_record_of_the_first_version_is_read_without_daily_levels():
    """Until it is rebuilt; all else is as it was."""
    trajectory = trajectory_of([1.0, 0.0, 1.0], mastery=0.4)
    numbers = unpack("<76d", trajectory.to_bytes())[:58]
    record = pack("<45d", 1.0, *numbers[1:21], 0.03, *[0.5] * 14, *numbers[49:])

    restored = Trajectory.from_bytes(record)

    assert restored == without_news(trajectory, daily_levels=NO_DAYS)


def test_a_record_of_the_second_version_is_read_without_recent_results():
    """Until it is rebuilt; the recent accuracy is then the discounted one of all answers."""
    trajectory = trajectory_of([1.0, 0.0, 1.0], mastery=0.4)
    numbers = unpack("<76d", trajectory.to_bytes())[:58]

    restored = Trajectory.from_bytes(pack("<58d", 2.0, *numbers[1:]))

    assert restored == without_news(trajectory, daily_levels=trajectory.daily_levels)
    assert restored.stuck == trajectory.p_stuck
    assert not restored.is_calibrated


def without_news(trajectory: Trajectory, *, daily_levels: DailyLevels) -> Trajectory:
    score = trend_series.mean(trajectory.scores, trajectory.answers)
    return replace(
        trajectory,
        daily_levels=daily_levels,
        recent_results=Recent(score, score, 0.0),
        judgement=UNJUDGED._replace(stuck=trajectory.p_stuck),
        habits=NO_HABITS,
    )


def test_an_unknown_difficulty_is_the_average_one():
    """learning-science 3: d is 0 where unknown, and then p is the level itself."""
    trajectory = trajectory_of([1.0])

    assert trajectory.belief == growth_hmm.observe(growth_hmm.START, 1.0, 1.0)


def trajectory_after(answers: list[Given]) -> Trajectory:
    """Return the trajectory after these answers."""
    trajectory, day = Trajectory.initial(), START_DAY
    for answer in answers:
        day += answer.gap
        trajectory.absorb(
            answer.score,
            efficiency=answer.efficiency,
            difficulty=answer.difficulty,
            mastery=answer.mastery,
            day=day,
        )
    return trajectory
