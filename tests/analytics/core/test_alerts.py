"""Alerts on learners who need help, each with its reason, figure and threshold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import alerts
from analytics.core.alerts import Problem, Reason
from analytics.core.causes import Advice
from analytics.core.difficulty import Gaussian
from analytics.core.learner_update import DEFAULT_MODEL, Ability, Belief, Evidence, Shared
from analytics.core.learner_update import absorb as absorb_answer
from analytics.core.trajectory import Trajectory
from benchmarks.science.simulator import Kind, Learners, simulated
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, absorb, trajectory_of

# Likely stuck, but not so likely that it is a plateau.
SPINNING = [float(score) for score in "111000100010010"]


def test_a_learner_who_keeps_failing_is_on_a_plateau():
    """learning-science 3.4."""
    trajectory = trajectory_of([0.0] * 20, mastery=0.1)

    found = alerts.skill_problem(trajectory)

    assert found == Problem(
        reason=Reason.PLATEAU,
        figure=trajectory.stuck,
        threshold=0.62,
        is_calibrated=False,
        advice=Advice.FOUNDATIONS,
    )


def test_ten_answers_without_mastery_are_wheel_spinning():
    """Beck & Gong 2013."""
    spinning, moving = trajectory_of(SPINNING, mastery=0.3), trajectory_of([0.0, 1.0, 1.0] * 5)

    assert alerts.skill_problem(moving) is None
    assert alerts.skill_problem(spinning) == Problem(
        reason=Reason.WHEEL_SPINNING, figure=15.0, threshold=10.0
    )


def test_a_learner_who_once_mastered_the_skill_is_not_wheel_spinning():
    trajectory = trajectory_of([1.0] * 3, mastery=0.97)
    for _ in range(3):
        absorb(trajectory, 0.0, mastery=0.6)
        for _again in range(3):
            absorb(trajectory, 1.0, mastery=0.9)

    assert trajectory.answers > 10
    assert not trajectory.is_plateau
    assert alerts.skill_problem(trajectory) is None


@pytest.mark.parametrize(
    ("answers", "best", "is_spinning"),
    [(9, 0.2, False), (10, 0.2, True), (10, 0.93, True), (10, 0.94, False), (10, 0.99, False)],
)
def test_a_learner_within_a_hundredth_of_mastery_is_not_wheel_spinning(
    answers: int, best: float, is_spinning: bool
):
    assert alerts.is_spinning(answers, best, 0.5) == is_spinning


def test_a_learner_who_still_improves_is_not_wheel_spinning():
    """Kai et al. 2018: productive persistence is no wheel-spinning."""
    assert not alerts.is_spinning(30, 0.5, 0.39)


def test_alerts_separate_learners_who_need_help_from_the_others():
    """Coaches complain of unfounded alerts, so the shares of flagged answers have bounds."""
    flagged = shares_flagged(simulated(40, seed=11))

    for kind in (Kind.MASTERED, Kind.FAST, Kind.STEADY):
        assert sum(flagged[kind].values()) < 0.02, kind
    assert flagged[Kind.SLOW][Reason.WHEEL_SPINNING] < 0.06
    for kind in (Kind.LOW, Kind.HALTED, Kind.RECOVERING, Kind.DECLINING):
        assert sum(flagged[kind].values()) > 0.20, kind


def shares_flagged(learners: Learners) -> dict[Kind, dict[Reason, float]]:
    """Return, for each kind of learner, the share of answers flagged with each reason."""
    counts = {kind: dict.fromkeys(Reason, 0) for kind in Kind}
    for kind, scores, difficulties in zip(
        learners.kind, learners.score, learners.difficulty, strict=True
    ):
        ability, state = Ability(), Belief.initial()
        for score, difficulty in zip(scores.tolist(), difficulties.tolist(), strict=True):
            shared = Shared(Gaussian(0.0, 0.05), Gaussian(difficulty, 0.06))
            absorb_answer(ability, state, Evidence(score, START_DAY, shared), DEFAULT_MODEL)
            found = alerts.skill_problem(state.trajectory)
            if found is not None:
                counts[kind][found.reason] += 1
    answers = learners.score.size / len(Kind)
    return {
        kind: {reason: count / answers for reason, count in by_reason.items()}
        for kind, by_reason in counts.items()
    }


def test_right_answers_that_become_rarer_are_a_decline():
    trajectory = trajectory_of([1.0] * 12, mastery=0.97)
    for score in (0.0, 1.0, 0.0, 0.0, 0.0):
        absorb(trajectory, score, mastery=0.9)

    found = alerts.skill_problem(trajectory)

    assert found is not None
    assert found.reason is Reason.DECLINING
    assert found.figure > found.threshold == 0.008


def test_a_single_slip_is_no_decline():
    trajectory = trajectory_of([1.0] * 12, mastery=0.97)
    absorb(trajectory, 0.0, mastery=0.95)

    assert alerts.decline(trajectory) is None


def test_harder_questions_are_no_decline():
    trajectory = Trajectory.initial()
    for number in range(16):
        trajectory.absorb(
            float(number < 11), efficiency=0.5, difficulty=number / 4, mastery=0.97, day=START_DAY
        )

    assert alerts.decline(trajectory) is None


@given(st.lists(ANSWERS, max_size=5))
def test_the_fast_check_excludes_no_problem(learners: list[list[Given]]):
    trajectories = []
    for answers in learners:
        trajectory = Trajectory.initial()
        for answer in answers:
            absorb(trajectory, answer.score, mastery=answer.mastery)
        trajectories.append(trajectory)

    possible = alerts.may_have_problems([trajectory.to_bytes() for trajectory in trajectories])

    assert len(possible) == len(trajectories)
    for trajectory, is_possible in zip(trajectories, possible, strict=True):
        assert is_possible or alerts.skill_problem(trajectory) is None


def test_the_fast_check_finds_each_kind_of_problem_and_excludes_others():
    falling = trajectory_of([1.0] * 12 + [0.0] * 10, mastery=0.97)
    spinning = trajectory_of(SPINNING, mastery=0.3)
    records = [falling, spinning, trajectory_of([0.0] * 20, mastery=0.1)]
    fine = trajectory_of([1.0] * 20, mastery=0.97)

    possible = alerts.may_have_problems([row.to_bytes() for row in [*records, fine]])

    assert list(possible) == [True, True, True, False]


@pytest.mark.parametrize(("days", "is_away"), [(None, False), (6.99, False), (7.0, True)])
def test_seven_days_without_an_answer_are_an_absence(days: float | None, is_away: bool):
    found = alerts.absence_problem(days)

    assert (found is not None) == is_away
    if found is not None:
        assert (found.reason, found.figure, found.threshold) == (Reason.INACTIVE, 7.0, 7.0)


@given(ANSWERS)
def test_no_learner_is_flagged_before_the_eighth_answer(answers: list[Given]):
    trajectory = Trajectory.initial()

    for answer in answers[:7]:
        absorb(trajectory, answer.score, mastery=answer.mastery)

    assert alerts.skill_problem(trajectory) is None


@given(st.lists(st.tuples(st.sampled_from(Reason), st.floats(0.01, 100))))
def test_the_most_severe_reason_comes_first_and_then_the_largest_figure(
    pairs: list[tuple[Reason, float]],
):
    problems = [Problem(reason=reason, figure=figure, threshold=1.0) for reason, figure in pairs]

    ordered = sorted(problems, key=lambda problem: problem.rank)

    reasons = [problem.reason for problem in ordered]
    assert reasons == sorted(reasons)
    for one, other in pairwise(ordered):
        assert one.reason < other.reason or one.figure >= other.figure
