"""The course of one learner at one skill, answer by answer: learning-science 3 and 4."""

from __future__ import annotations

from math import inf, nan
from struct import pack, unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import growth_hmm, plateau
from analytics.core.bkt import MASTERED
from analytics.core.growth_hmm import Belief
from analytics.core.plateau import Advice, Confidence, Indicator, Severity
from analytics.core.trajectory import Trajectory
from analytics.core.trajectory_codec import UnreadableRecord
from analytics.core.velocity import Trend
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, absorb, taken


def test_nothing_is_said_before_the_first_answer():
    course = Trajectory.begin()

    assert course.answers == 0
    assert course.efficiency == 0
    assert course.level == pytest.approx(0.4439)
    assert not course.is_plateau
    assert course.confidence is None
    assert course.severity is None
    assert course.recommendation is None
    assert course.indicators == []
    assert course.trend(START_DAY) is Trend.STABLE
    assert course.pace(START_DAY).recent.weight == 0


def test_one_right_answer():
    """learning-science 3, by hand: stuck are .03155 of .4439, and so on for what rises."""
    course = taken([1.0], mastery=0.6, efficiency=0.8)

    assert course.p_stuck == pytest.approx(0.071075, abs=1e-6)
    assert course.velocity == pytest.approx(0.033331, abs=1e-6)
    assert course.pace(START_DAY).recent == (1.0, course.velocity)
    assert course.efficiency == pytest.approx(0.8)
    assert (course.mastery, course.record, course.since_record) == (0.6, 0.6, 0)


def test_a_learner_who_keeps_failing_is_stuck_low():
    """learning-science 3: flagged once P_stuck is .80, which takes fourteen wrong answers."""
    course = Trajectory.begin()

    flags = []
    for _ in range(20):
        absorb(course, 0.0, mastery=0.1)
        flags.append(course.is_plateau)

    assert flags.index(True) == 13
    assert all(flags[13:])
    assert course.confidence is Confidence.HIGH
    assert course.severity is Severity.SEVERE
    assert course.recommendation is Advice.PREREQUISITES
    assert Indicator.MASTERY_STAGNANT in course.indicators


def test_the_flag_waits_for_the_eighth_answer():
    """learning-science 3.4: n >= 8, however sure it is."""
    course = Trajectory.begin()
    for _ in range(plateau.MIN_ANSWERS):
        assert not course.is_plateau
        absorb(course, 0.0)
        course.belief = Belief((0.0,) * 6, (1.0, *(0.0,) * 5))

    absorb(course, 0.0)

    assert course.is_plateau


def test_a_learner_who_stands_still_halfway_should_change_practice():
    """learning-science 3: stuck after progress."""
    course = taken([0.0, 0.0, 0.0, *[1.0, 1.0, 0.0] * 14, 0.0], mastery=0.6)

    assert course.is_plateau
    assert 0.5 <= course.level < 0.8
    assert course.recommendation is Advice.VARY


def test_a_learner_whose_results_fall_should_space_practice():
    """learning-science 3: declining, and .10 below the best is severe."""
    course = taken([1.0, 1.0, 0.0] * 10 + [0.0] * 12, mastery=0.4)

    assert course.severity is Severity.SEVERE
    assert course.recommendation is Advice.SPACE


def test_a_learner_whose_effort_pays_off_less_should_slow_down():
    """learning-science 3: efficiency falling at the same results."""
    course = Trajectory.begin()
    for n in range(40):
        absorb(course, float(n % 2), efficiency=0.9 - 0.02 * n)

    assert course.is_plateau
    assert Indicator.EFFICIENCY_DROPPING in course.indicators
    assert course.recommendation is Advice.SLOW_DOWN


def test_a_mastered_skill_is_never_a_plateau():
    """learning-science 3: never when mastery >= .95, and never at the top of the grid."""
    right = taken([1.0] * 200, mastery=0.5)
    stuck = taken([0.0] * 20, mastery=0.5)

    absorb(stuck, 0.0, mastery=MASTERED)

    assert not right.is_flagged
    assert stuck.is_flagged
    assert not stuck.is_plateau
    assert stuck.confidence is None
    assert stuck.severity is None
    assert stuck.recommendation is None
    assert stuck.indicators == []


def test_the_flag_falls_when_the_learner_grows_again():
    """learning-science 3.4: off when P_stuck < .30."""
    course = taken([0.0] * 16, mastery=0.2)
    assert course.is_plateau

    for _ in range(10):
        absorb(course, 1.0, mastery=0.7)

    assert not course.is_plateau


def test_a_velocity_that_falls_within_a_week_is_evidence():
    """learning-science 3: span >= 7 days, and it never raises the flag alone."""
    course = Trajectory.begin()
    for day in range(9):
        for _ in range(4):
            absorb(course, 1.0, mastery=0.9, day=START_DAY + day)

    assert course.indicators == [Indicator.VELOCITY_DECLINING]
    assert course.trend(START_DAY + 8) is Trend.DECLINING
    assert course.trend(START_DAY + 30) is Trend.STABLE
    assert not course.is_plateau


def test_a_creeping_mastery_does_set_records():
    """learning-science 3: a record is by .01, however many answers it takes."""
    course = Trajectory.begin()
    for n in range(40):
        absorb(course, 0.5, mastery=0.3 + n * 0.003)

    assert course.since_record < plateau.RECORDLESS_ANSWERS


@given(answers=ANSWERS)
def test_what_is_written_down_is_read_back_exactly(answers: list[Given]):
    course = followed(answers)

    copy = Trajectory.from_bytes(course.to_bytes())

    assert copy == course
    for one in (copy, course):
        absorb(one, 1.0, day=one.day + 1.5)
    assert copy == course


@given(answers=ANSWERS)
def test_read_outs_stay_in_their_ranges(answers: list[Given]):
    """learning-science 3 and 4."""
    course = followed(answers)

    assert 0 <= course.p_stuck <= 1
    assert 0.2 - 1e-12 <= course.level <= 0.92 + 1e-12
    assert -1e-12 <= course.efficiency <= 1 + 1e-12
    assert course.is_plateau <= (course.answers >= plateau.MIN_ANSWERS)
    assert (course.recommendation is not None) is course.is_plateau
    assert (course.severity is not None) >= course.is_plateau


@given(answers=ANSWERS, back=st.floats(0, 400))
def test_an_answer_from_before_counts_as_at_the_same_time(answers: list[Given], back: float):
    late, even = followed([Given(), *answers]), followed([Given(), *answers])

    absorb(late, 1.0, day=late.day - back)
    absorb(even, 1.0, day=even.day)

    assert late == even


@pytest.mark.parametrize("field", ["score", "efficiency", "mastery", "difficulty", "day"])
@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_no_number_is_refused_and_moves_nothing(field: str, value: float):
    course, before = taken([1.0]), taken([1.0])
    numbers = {"score": 1.0, "efficiency": 0.5, "mastery": 0.5, "difficulty": 0.0, "day": 20_001.0}

    with pytest.raises(ValueError, match="lie"):
        course.absorb(**{**numbers, field: value})

    assert course == before


def test_bytes_of_anything_else_are_refused():
    record = taken([1.0]).to_bytes()
    numbers = unpack("<45d", record)

    with pytest.raises(UnreadableRecord, match="360 bytes, not 352"):
        Trajectory.from_bytes(record[8:])
    with pytest.raises(UnreadableRecord, match="version 1, not 2"):
        Trajectory.from_bytes(pack("<45d", 2.0, *numbers[1:]))
    with pytest.raises(UnreadableRecord, match="finite"):
        Trajectory.from_bytes(pack("<45d", *numbers[:-1], nan))
    with pytest.raises(UnreadableRecord, match="adds up to 1"):
        Trajectory.from_bytes(pack("<45d", 1.0, *[0.0] * 44))


def test_an_unknown_difficulty_is_the_average_one():
    """learning-science 3: d is 0 where unknown, and then p is the level itself."""
    course = taken([1.0])

    assert course.belief == growth_hmm.observe(growth_hmm.START, 1.0, 1.0)


def followed(answers: list[Given]) -> Trajectory:
    """The course that these answers make."""
    course, day = Trajectory.begin(), START_DAY
    for answer in answers:
        day += answer.gap
        course.absorb(
            answer.score,
            efficiency=answer.efficiency,
            difficulty=answer.difficulty,
            mastery=answer.mastery,
            day=day,
        )
    return course
