"""Who needs help, and why (issue: each reason with its figure and threshold)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import alerts, bkt
from analytics.core.alerts import Problem, Reason
from analytics.core.bkt import DEFAULTS
from analytics.core.trajectory import Trajectory
from benchmarks.science.simulator import Kind, Learners, simulated
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, absorb, taken


def test_a_learner_who_keeps_failing_is_on_a_plateau():
    """learning-science 3: flagged once P_stuck is .80."""
    course = taken([0.0] * 14, mastery=0.1)

    found = alerts.skill_problem(course)

    assert found == Problem(reason=Reason.PLATEAU, figure=course.p_stuck, threshold=0.8)


def test_ten_answers_without_mastery_are_wheel_spinning():
    """Beck & Gong 2013."""
    scores = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    nine, ten = taken(scores[:9]), taken(scores)

    assert alerts.skill_problem(nine) is None
    assert alerts.skill_problem(ten) == Problem(
        reason=Reason.WHEEL_SPINNING, figure=10.0, threshold=10.0
    )


def test_who_ever_mastered_it_does_not_spin():
    course = taken([1.0] * 3, mastery=0.97)
    for _ in range(3):
        absorb(course, 0.0, mastery=0.6)
        for _again in range(3):
            absorb(course, 1.0, mastery=0.9)

    assert course.answers > 10
    assert not course.is_plateau
    assert alerts.skill_problem(course) is None


@pytest.mark.parametrize(
    ("answers", "best", "is_spinning"),
    [(9, 0.2, False), (10, 0.2, True), (10, 0.93, True), (10, 0.94, False), (10, 0.99, False)],
)
def test_who_came_within_a_hundredth_of_mastery_does_not_spin(
    answers: int, best: float, is_spinning: bool
):
    assert alerts.is_spinning(answers, best, 0.5) == is_spinning


def test_who_still_gets_better_perseveres():
    """Kai et al. 2018: productive persistence is no wheel-spinning."""
    assert not alerts.is_spinning(30, 0.5, 0.49)


def test_learners_are_told_from_those_who_need_help():
    """issue: alerts without a reason are what coaches complain of; shares of answers flagged."""
    flagged = shares_flagged(simulated(40, seed=11))

    for kind in (Kind.MASTERED, Kind.FAST, Kind.STEADY):
        assert sum(flagged[kind].values()) < 0.02, kind
    assert flagged[Kind.SLOW][Reason.WHEEL_SPINNING] < 0.06
    for kind in (Kind.LOW, Kind.HALTED, Kind.RECOVERING, Kind.DECLINING):
        assert sum(flagged[kind].values()) > 0.25, kind


def shares_flagged(learners: Learners) -> dict[Kind, dict[Reason, float]]:
    """Return of the answers of each kind of learner the share at which each reason is told."""
    counts = {kind: dict.fromkeys(Reason, 0) for kind in Kind}
    for kind, scores, difficulties in zip(
        learners.kind, learners.score, learners.difficulty, strict=True
    ):
        course, mastery = Trajectory.begin(), DEFAULTS.prior
        for score, difficulty in zip(scores.tolist(), difficulties.tolist(), strict=True):
            mastery = bkt.update(mastery, score, DEFAULTS)
            course.absorb(
                score, efficiency=0.5, difficulty=difficulty, mastery=mastery, day=START_DAY
            )
            found = alerts.skill_problem(course)
            if found is not None:
                counts[kind][found.reason] += 1
    answers = learners.score.size / len(Kind)
    return {
        kind: {reason: count / answers for reason, count in told.items()}
        for kind, told in counts.items()
    }


def test_right_answers_that_become_rarer_are_a_decline():
    course = taken([1.0] * 12, mastery=0.97)
    for score in (0.0, 1.0, 0.0, 0.0, 0.0):
        absorb(course, score, mastery=0.9)

    found = alerts.skill_problem(course)

    assert found is not None
    assert found.reason is Reason.DECLINING
    assert found.figure > found.threshold == 0.008


def test_a_single_slip_is_no_decline():
    course = taken([1.0] * 12, mastery=0.97)
    absorb(course, 0.0, mastery=0.95)

    assert alerts.decline(course) is None


def test_harder_questions_are_no_decline():
    course = Trajectory.begin()
    for number in range(16):
        course.absorb(
            float(number < 11), efficiency=0.5, difficulty=number / 4, mastery=0.97, day=START_DAY
        )

    assert alerts.decline(course) is None


@pytest.mark.parametrize(("days", "is_away"), [(None, False), (6.99, False), (7.0, True)])
def test_seven_days_without_an_answer_are_an_absence(days: float | None, is_away: bool):
    found = alerts.absence_problem(days)

    assert (found is not None) == is_away
    if found is not None:
        assert (found.reason, found.figure, found.threshold) == (Reason.INACTIVE, 7.0, 7.0)


@given(ANSWERS)
def test_nobody_is_flagged_before_the_eighth_answer(answers: list[Given]):
    course = Trajectory.begin()

    for answer in answers[:7]:
        absorb(course, answer.score, mastery=answer.mastery)

    assert alerts.skill_problem(course) is None


@given(st.lists(st.tuples(st.sampled_from(Reason), st.floats(0.01, 100))))
def test_the_gravest_reason_comes_first_and_then_the_largest_figure(
    told: list[tuple[Reason, float]],
):
    concerns = [Problem(reason=reason, figure=figure, threshold=1.0) for reason, figure in told]

    ordered = sorted(concerns, key=lambda concern: concern.rank)

    reasons = [concern.reason for concern in ordered]
    assert reasons == sorted(reasons)
    for one, other in pairwise(ordered):
        assert one.reason < other.reason or one.figure >= other.figure
