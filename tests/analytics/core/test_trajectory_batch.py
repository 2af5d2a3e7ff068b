"""Many courses at a time are each what they are alone: learning-science 3 and 4."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.trajectory import Trajectory
from analytics.core.trajectory_batch import Trajectories
from analytics.core.trajectory_codec import UnreadableRecord
from tests.analytics.core.answers import ANSWERS, START_DAY, Given, taken


@settings(max_examples=60)
@given(batch=st.lists(ANSWERS, min_size=1, max_size=6))
def test_a_row_moves_as_a_course_does_alone(batch: list[list[Given]]):
    courses = Trajectories()
    rows = courses.begin(len(batch))

    alone = together(courses, rows, batch)

    written = np.frombuffer(b"".join(courses.to_bytes(rows)))
    expected = np.frombuffer(b"".join(course.to_bytes() for course in alone))
    assert np.allclose(written, expected, rtol=1e-12, atol=1e-12)
    for read in ("answers", "level", "velocity", "p_stuck", "efficiency"):
        ours = [getattr(course, read) for course in alone]
        assert np.allclose(getattr(courses, read)(rows), ours, rtol=1e-12, atol=1e-12)
    assert courses.is_plateau(rows).tolist() == [course.is_plateau for course in alone]


def test_rows_are_added_behind_those_there_are():
    courses = Trajectories()
    first = courses.begin(3)
    together(courses, first, [[Given(score=0.0)]] * 3)
    written = courses.to_bytes(first)

    restored = courses.restore([taken([1.0, 0.5]).to_bytes(), *written])
    nothing, later = courses.restore([]), courses.begin(50)

    assert (len(courses), len(nothing)) == (57, 0)
    assert [*first, *restored, *later] == list(range(57))
    assert courses.to_bytes(first) == written
    assert courses.course(3) == taken([1.0, 0.5])
    assert courses.to_bytes(restored[1:]) == written
    assert courses.course(56) == Trajectory.begin()


def test_rows_do_not_touch_each_other():
    """learning-science 3: skills are independent, in whatever order they come."""
    rng = np.random.default_rng(3)
    scores, days = rng.random(20), START_DAY + 3 * rng.random(20)
    one, other = Trajectories(), Trajectories()
    rows, shuffled = one.begin(20), rng.permutation(20)
    other.begin(20)

    for step in range(4):
        move(one, rows, scores, days + step)
        move(other, shuffled, scores[shuffled], days[shuffled] + step)

    assert one.to_bytes(rows) == other.to_bytes(rows)


def test_an_answer_from_before_counts_as_at_the_same_time():
    courses = Trajectories()
    rows = courses.begin(2)
    move(courses, rows, np.ones(2), np.full(2, START_DAY))

    move(courses, rows, np.ones(2), np.array([START_DAY, START_DAY - 9]))

    even, late = courses.to_bytes(rows)
    assert even == late


def test_a_step_moves_a_course_once():
    courses = Trajectories()
    rows = courses.begin(3)
    before = courses.to_bytes(rows)

    with pytest.raises(ValueError, match="by one answer"):
        move(courses, np.array([0, 1, 0]), np.ones(3), np.full(3, START_DAY))
    for stranger in (3, -1):
        with pytest.raises(IndexError):
            move(courses, np.array([stranger]), np.ones(1), np.full(1, START_DAY))

    assert courses.to_bytes(rows) == before


@pytest.mark.parametrize("value", [nan, -0.1, 1.1])
def test_what_is_no_score_moves_nothing(value: float):
    courses = Trajectories()
    rows = courses.begin(2)

    with pytest.raises(ValueError, match="lie"):
        move(courses, rows, np.array([1.0, value]), np.full(2, START_DAY))
    with pytest.raises(ValueError, match="lie"):
        move(courses, rows, np.ones(2), np.array([START_DAY, nan]))

    assert courses.answers(rows).tolist() == [0, 0]


def test_an_empty_step_moves_nothing():
    courses = Trajectories()
    nobody = courses.begin(0)

    move(courses, nobody, np.ones(0), np.ones(0))

    assert len(courses) == 0


def test_bytes_of_anything_else_are_refused():
    courses = Trajectories()

    with pytest.raises(UnreadableRecord):
        courses.restore([Trajectory.begin().to_bytes(), b"something else"])

    assert len(courses) == 0


def move(courses: Trajectories, rows, scores, days) -> None:
    """One step of answers like any other."""
    half, zero = np.full(len(rows), 0.5), np.zeros(len(rows))
    courses.absorb(rows, scores, efficiency=half, difficulty=zero, mastery=half, day=days)


def together(courses: Trajectories, rows, batch: list[list[Given]]) -> list[Trajectory]:
    """Move rows time-major, and courses of their own beside them; return these."""
    alone = [Trajectory.begin() for _ in batch]
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
        courses.absorb(
            rows[active],
            score,
            efficiency=efficiency,
            difficulty=difficulty,
            mastery=mastery,
            day=np.array([days[n] for n in active]),
        )
    return alone
