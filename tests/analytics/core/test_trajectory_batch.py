"""A batch of trajectories equals single trajectories: learning-science 3 and 4."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.trajectory import Trajectory
from analytics.core.trajectory_batch import Trajectories
from analytics.core.trajectory_codec import UnreadableRecord
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, trajectory_of


@settings(max_examples=60)
@given(batch=st.lists(ANSWERS, min_size=1, max_size=6))
def test_a_batch_equals_single_trajectories(batch: list[list[Given]]):
    trajectories = Trajectories()
    rows = trajectories.start(len(batch))

    alone = together(trajectories, rows, batch)

    written = np.frombuffer(b"".join(trajectories.to_bytes(rows)))
    expected = np.frombuffer(b"".join(trajectory.to_bytes() for trajectory in alone))
    assert np.allclose(written, expected, rtol=1e-12, atol=1e-12)
    for read in ("answers", "level", "stuck", "efficiency"):
        ours = [getattr(trajectory, read) for trajectory in alone]
        assert np.allclose(getattr(trajectories, read)(rows), ours, rtol=1e-12, atol=1e-12)
    assert trajectories.is_plateau(rows).tolist() == [trajectory.is_plateau for trajectory in alone]


def test_new_rows_are_appended():
    trajectories = Trajectories()
    first = trajectories.start(3)
    together(trajectories, first, [[Given(score=0.0)]] * 3)
    written = trajectories.to_bytes(first)

    restored = trajectories.restore([trajectory_of([1.0, 0.5]).to_bytes(), *written])
    nothing, later = trajectories.restore([]), trajectories.start(50)

    assert (len(trajectories), len(nothing)) == (57, 0)
    assert [*first, *restored, *later] == list(range(57))
    assert trajectories.to_bytes(first) == written
    assert trajectories.row(3) == trajectory_of([1.0, 0.5])
    assert trajectories.to_bytes(restored[1:]) == written
    assert trajectories.row(56) == Trajectory.initial()


def test_rows_do_not_affect_each_other():
    """learning-science 3: skills are independent, in any order."""
    rng = np.random.default_rng(3)
    scores, days = rng.random(20), START_DAY + 3 * rng.random(20)
    one, other = Trajectories(), Trajectories()
    rows, shuffled = one.start(20), rng.permutation(20)
    other.start(20)

    for step in range(4):
        move(one, rows, scores, days + step)
        move(other, shuffled, scores[shuffled], days[shuffled] + step)

    assert one.to_bytes(rows) == other.to_bytes(rows)


def test_an_earlier_answer_counts_as_at_the_same_time():
    trajectories = Trajectories()
    rows = trajectories.start(2)
    move(trajectories, rows, np.ones(2), np.full(2, START_DAY))

    move(trajectories, rows, np.ones(2), np.array([START_DAY, START_DAY - 9]))

    even, late = trajectories.to_bytes(rows)
    assert even == late


def test_a_step_moves_each_trajectory_once():
    trajectories = Trajectories()
    rows = trajectories.start(3)
    before = trajectories.to_bytes(rows)

    with pytest.raises(ValueError, match="only one answer per step"):
        move(trajectories, np.array([0, 1, 0]), np.ones(3), np.full(3, START_DAY))
    for stranger in (3, -1):
        with pytest.raises(IndexError):
            move(trajectories, np.array([stranger]), np.ones(1), np.full(1, START_DAY))

    assert trajectories.to_bytes(rows) == before


@pytest.mark.parametrize("value", [nan, -0.1, 1.1])
def test_an_invalid_score_changes_nothing(value: float):
    trajectories = Trajectories()
    rows = trajectories.start(2)

    with pytest.raises(ValueError, match="must be"):
        move(trajectories, rows, np.array([1.0, value]), np.full(2, START_DAY))
    with pytest.raises(ValueError, match="must be"):
        move(trajectories, rows, np.ones(2), np.array([START_DAY, nan]))

    assert trajectories.answers(rows).tolist() == [0, 0]


def test_an_empty_step_changes_nothing():
    trajectories = Trajectories()
    nobody = trajectories.start(0)

    move(trajectories, nobody, np.ones(0), np.ones(0))

    assert len(trajectories) == 0


def test_invalid_bytes_are_refused():
    trajectories = Trajectories()

    with pytest.raises(UnreadableRecord):
        trajectories.restore([Trajectory.initial().to_bytes(), b"something else"])

    assert len(trajectories) == 0


def move(trajectories: Trajectories, rows, scores, days) -> None:
    """Absorb one answer in each row, with default values except for score and day."""
    half, zero = np.full(len(rows), 0.5), np.zeros(len(rows))
    trajectories.absorb(rows, scores, efficiency=half, difficulty=zero, mastery=half, day=days)


def together(trajectories: Trajectories, rows, batch: list[list[Given]]) -> list[Trajectory]:
    """Absorb the answers by step in the batch and in single trajectories; return the latter."""
    alone = [Trajectory.initial() for _ in batch]
    days = [START_DAY] * len(batch)
    for step in range(max(map(len, batch))):
        active = [n for n, answers in enumerate(batch) if step < len(answers)]
        answers = [batch[n][step] for n in active]
        for n, answer in zip(active, answers, strict=True):
            days[n] += answer.gap
            alone[n].absorb(
                answer.score,
                efficiency=answer.efficiency,
                difficulty=answer.difficulty,
                mastery=answer.mastery,
                day=days[n],
            )
        score, efficiency, difficulty, mastery, _ = np.array(answers).T
        trajectories.absorb(
            rows[active],
            score,
            efficiency=efficiency,
            difficulty=difficulty,
            mastery=mastery,
            day=np.array([days[n] for n in active]),
        )
    return alone
