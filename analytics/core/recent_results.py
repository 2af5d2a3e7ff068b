"""Recent results of a learner, in few numbers: inputs of the boosted trees.

The trees (`analytics.core.boosting`) predict from the estimates of the other models and from these
numbers (learning-science 2). A learner has `NUMBERS`, and each of their skill states has
`NUMBERS_AT_SKILL`. The formulas are written once, for floats and for arrays: a state is a sequence
of its numbers, each a float for one learner or an array for many.

A result that does not exist yet counts as one half, a number of answers since never as -1.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, Number
from analytics.core.steps import places, steps

# Days in which the weight of an answer falls to one half.
HALF_LIVES = (1.0 / 24.0, 1.0, 7.0, 30.0)
UNKNOWN = 0.5
# Weight of the newest score in the learner's accuracy.
RATE = 0.1

# Answers and skills so far, the discounted accuracy, the last two scores, and the day of the last
# answer.
NUMBERS = ("answers", "skills", "accuracy", "last", "before_last", "day")
# Answers at the skill and the last two scores there; the streak, n > 0 right or -n < 0 wrong
# answers in a row; number among the learner's answers and day of the last one; for each half-life
# the decayed sums of the scores and of the answers as of that day.
NUMBERS_AT_SKILL = (
    "answers", "last", "before_last", "streak", "number", "day",
    *(f"{what} {days}" for days in HALF_LIVES for what in ("scores", "answers")),
)  # fmt: skip
INITIAL = (0.0, 0.0, UNKNOWN, UNKNOWN, UNKNOWN, 0.0)
INITIAL_AT_SKILL = (0.0, UNKNOWN, UNKNOWN, *[0.0] * (len(NUMBERS_AT_SKILL) - 3))

# The result of `inputs`. From the same state, a right answer never lowers those of `RISING` below
# what a wrong one makes them, and the others do not depend on its score. While a learner waits,
# those of `FALLING` rise and the decayed sums of answers fall, as do the shares above one half.
INPUTS = (
    "answers", "skills", "accuracy", "last", "before_last",
    "attempts", "last_at_skill", "before_last_at_skill", "streak", "answers_since", "days_since",
    "days_since_skill",
    *(f"{what} {days}" for days in HALF_LIVES for what in ("share", "answers")),
)  # fmt: skip
RISING = {
    "accuracy", "last", "last_at_skill", "streak",
    *(f"{what} {days}" for days in HALF_LIVES for what in ("share", "answers")),
}  # fmt: skip
FALLING = {"days_since", "days_since_skill"}
TIMED = frozenset(INPUTS[INPUTS.index("days_since") :])

# The decayed sums are the numbers from here on.
_SUMS = 6
_PACKED = Struct(f"<{len(NUMBERS)}d")
_PACKED_AT_SKILL = Struct(f"<{len(NUMBERS_AT_SKILL)}d")


def after(state: Sequence[Number], score: Number, day: Number, *, is_new: Number) -> list[Number]:
    """Return a learner's numbers after one more answer.

    Parameters
    ----------
    state : `NUMBERS` before it.
    score : in [0, 1].
    day : time of the answer in days.
    is_new : 1 if it is the first at its skill, else 0.
    """
    answers, skills, accuracy, last, _, _ = state
    accuracy = accuracy + RATE * (score - accuracy)
    return [answers + 1.0, skills + is_new, accuracy, score, last, day]


def after_at_skill(
    state: Sequence[Number], score: Number, day: Number, *, number: Number
) -> list[Number]:
    """Return the numbers of a skill state after one more answer.

    Parameters
    ----------
    state : `NUMBERS_AT_SKILL` before it.
    score : in [0, 1]; right from .5 on.
    day : time of the answer in days.
    number : the learner's answers before it.
    """
    answers, last, _, streak, _, last_day = state[:_SUMS]
    is_right = 1.0 * (score >= 0.5)
    streak = is_right * (1.0 + _positive(streak)) - (1.0 - is_right) * (1.0 + _positive(-streak))
    since: Number = day - last_day
    decayed: list[tuple[Number, Number]] = _decayed(state[_SUMS:], since)
    numbers: list[Number] = [answers + 1.0, score, last, streak, number, day]
    for scores, weight in decayed:
        numbers += (scores + score, weight + 1.0)
    return numbers


def inputs(state: Sequence[Number], at_skill: Sequence[Number], day: Number) -> list[Number]:
    """Return `INPUTS` for the next answer.

    Parameters
    ----------
    state, at_skill : the numbers of the learner and of the skill state.
    day : time of the answer in days.
    """
    answers, skills, accuracy, last, before_last, last_day = state
    attempts, last_at_skill, before_at_skill, streak, number, day_at_skill = at_skill[:_SUMS]
    is_met = 1.0 * (attempts > 0.0)
    since: Number = day - day_at_skill
    gap = _positive(since)
    decayed: list[tuple[Number, Number]] = _decayed(at_skill[_SUMS:], gap)
    values: list[Number] = [
        answers, skills, accuracy, last, before_last,
        attempts, last_at_skill, before_at_skill, streak,
        is_met * (answers - number) + is_met - 1.0,
        _positive(day - last_day) * (answers > 0.0),
        is_met * gap + is_met - 1.0,
    ]  # fmt: skip
    for scores, weight in decayed:
        values += ((scores + 1.0) / (weight + 2.0), weight)
    return values


def _positive(value: Number) -> Number:
    """Return the value, or 0 if it is negative."""
    return (value + abs(value)) * 0.5


def _decayed(sums: Sequence[Number], gap: Number) -> list[tuple[Number, Number]]:
    """Return the sums of scores and answers of each half-life after a gap in days."""
    gap = _positive(gap)
    factors = [0.5 ** (gap / days) for days in HALF_LIVES]
    return [
        (factor * scores, factor * answers)
        for factor, scores, answers in zip(factors, sums[::2], sums[1::2], strict=True)
    ]


def to_bytes(state: Sequence[float]) -> bytes:
    """Return the numbers of a learner as bytes."""
    return _PACKED.pack(*state)


def from_bytes(data: bytes | memoryview | None) -> tuple[float, ...]:
    """Return the numbers of a learner; None: those before the first answer."""
    return INITIAL if data is None else _PACKED.unpack(data)


def to_bytes_at_skill(state: Sequence[float]) -> bytes:
    """Return the numbers of a skill state as bytes."""
    return _PACKED_AT_SKILL.pack(*state)


def from_bytes_at_skill(data: bytes | memoryview | None) -> tuple[float, ...]:
    """Return the numbers of a skill state; None: those before the first answer."""
    return INITIAL_AT_SKILL if data is None else _PACKED_AT_SKILL.unpack(data)


class Replayed(NamedTuple):
    """The numbers of many learners and skill states before and after all of their answers.

    Attributes
    ----------
    before, at_skill_before : the numbers before each answer, shape (numbers, answers).
    state : `NUMBERS` after the answers, shape (numbers, learners).
    at_skill : `NUMBERS_AT_SKILL` after the answers, shape (numbers, states).
    """

    before: FloatArray
    at_skill_before: FloatArray
    state: FloatArray
    at_skill: FloatArray


def replay(learner: IntArray, belief: IntArray, score: FloatArray, day: FloatArray) -> Replayed:
    """Return the numbers around all answers, each learner from the first.

    Parameters
    ----------
    learner, belief : learner and skill state of each answer, numbered from 0, each learner's
        answers in temporal order; shape (answers,).
    score, day : of each answer, shape (answers,).
    """
    number, is_new = places(learner).astype(np.float64), (places(belief) == 0).astype(np.float64)
    state, before = _tables(INITIAL, learner)
    for rows in steps(learner):
        of = learner[rows]
        before[:, rows] = state[:, of]
        state[:, of] = after([*state[:, of]], score[rows], day[rows], is_new=is_new[rows])
    at_skill, at_skill_before = _tables(INITIAL_AT_SKILL, belief)
    for rows in steps(belief):
        of = belief[rows]
        at_skill_before[:, rows] = at_skill[:, of]
        at_skill[:, of] = after_at_skill(
            [*at_skill[:, of]], score[rows], day[rows], number=number[rows]
        )
    return Replayed(before, at_skill_before, state, at_skill)


def _tables(initial: Sequence[float], group: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the initial numbers of each group, and room for those before each answer."""
    groups = int(group.max(initial=-1)) + 1
    state = np.repeat(np.array(initial)[:, np.newaxis], groups, axis=1)
    return state, np.empty((len(initial), len(group)))


def extended(replayed: Replayed, learners: int, states: int) -> Replayed:
    """Return the numbers after the answers with initial ones for further learners and states."""
    state = np.repeat(np.array(INITIAL)[:, np.newaxis], learners, axis=1)
    at_skill = np.repeat(np.array(INITIAL_AT_SKILL)[:, np.newaxis], states, axis=1)
    state[:, : replayed.state.shape[1]] = replayed.state
    at_skill[:, : replayed.at_skill.shape[1]] = replayed.at_skill
    return Replayed(replayed.before, replayed.at_skill_before, state, at_skill)
