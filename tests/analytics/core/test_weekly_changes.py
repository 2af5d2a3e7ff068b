"""Changes of the level within a week, of many learners at once (learning-science 3)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.overall_velocity import overall_trend
from analytics.core.trajectory import Trajectory
from analytics.core.velocity import Trend, pooled_change
from analytics.core.weekly_changes import weekly_changes

TODAY = 20_500.4
answer = st.tuples(st.floats(0.0, 25.0), st.sampled_from([0.0, 0.5, 1.0]))
skill = st.lists(answer, min_size=1, max_size=30)


def trajectory(answers: list[tuple[float, float]]) -> Trajectory:
    found = Trajectory.initial()
    for days_ago, score in sorted(answers, reverse=True):
        found.absorb(score, efficiency=0.5, difficulty=0.0, mastery=0.5, day=TODAY - days_ago)
    return found


@settings(deadline=None)
@given(st.lists(st.lists(skill, max_size=3), min_size=1, max_size=4))
def test_the_changes_are_those_of_each_learner_alone(
    learners: list[list[list[tuple[float, float]]]],
):
    skills = [[trajectory(answers) for answers in each] for each in learners]
    owner = [number for number, each in enumerate(skills) for _skill in each]
    records = [state.to_bytes() for each in skills for state in each]

    found = weekly_changes(records, np.array(owner, np.int64), learners=len(learners), day=TODAY)

    for number, each in enumerate(skills):
        paces = [state.pace(TODAY) for state in each]
        expected = pooled_change(pace.change for pace in paces)
        assert found.change[number] == pytest.approx(expected.change, abs=1e-12)
        assert found.variance[number] == pytest.approx(expected.variance, abs=1e-12)
        assert found.weight[number] == pytest.approx(expected.weight, abs=1e-12)
        assert bool(found.is_rise[number]) is (overall_trend(paces) is Trend.ACCELERATING)
        assert bool(found.is_measured[number]) is (expected.weight > 0)


def test_more_right_answers_than_the_week_before_are_a_rise():
    rising = trajectory([(10.0, 0.0)] * 6 + [(1.0, 1.0)] * 6)
    steady = trajectory([(10.0, 1.0)] * 6 + [(1.0, 1.0)] * 6)
    new = trajectory([(1.0, 1.0)] * 6)

    found = weekly_changes(
        [state.to_bytes() for state in (rising, steady, new)],
        np.arange(3),
        learners=4,
        day=TODAY,
    )

    assert found.is_rise.tolist() == [True, False, False, False]
    assert found.is_measured.tolist() == [True, True, False, False]
