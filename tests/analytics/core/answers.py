"""Answers and trajectories for the tests of `analytics.core.trajectory`."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from analytics.core import stuck
from analytics.core.logistic import logit
from analytics.core.trajectory import Trajectory

START_DAY = 20_000.0


class Given(NamedTuple):
    """An answer, `gap` days after the previous one."""

    score: float = 1.0
    efficiency: float = 0.5
    difficulty: float = 0.0
    mastery: float = 0.5
    gap: float = 0.0


ANSWERS = st.lists(
    st.builds(
        Given,
        score=st.sampled_from([0.0, 0.0, 1.0]) | st.floats(0, 1),
        efficiency=st.floats(0, 1),
        difficulty=st.just(0.0) | st.floats(-3, 3),
        mastery=st.floats(0.01, 0.99),
        gap=st.just(0.0) | st.floats(0, 2) | st.floats(0, 30),
    ),
    max_size=30,
)


def absorb(
    trajectory: Trajectory,
    score: float,
    *,
    mastery: float = 0.5,
    efficiency: float = 0.5,
    day: float = START_DAY,
) -> None:
    """Absorb one more answer at average difficulty, and judge with the shipped weights.

    The expected next answer is about that of a learner who practises only this skill.
    """
    trajectory.absorb(score, efficiency=efficiency, difficulty=0.0, mastery=mastery, day=day)
    accuracy = trajectory.recent_results.slow
    trajectory.judge(2.0 * logit(trajectory.level), accuracy, stuck.SHIPPED)


def trajectory_of(
    scores: list[float], *, mastery: float = 0.5, efficiency: float = 0.5
) -> Trajectory:
    """Return the trajectory of these scores, all on one day."""
    trajectory = Trajectory.initial()
    for score in scores:
        absorb(trajectory, score, mastery=mastery, efficiency=efficiency)
    return trajectory
