"""Memory of single items: when each will have been forgotten, by FSRS-6.

A memory has a stability S, in days: so long it takes until the item is recalled with a
probability of .9; and a difficulty D from 1 to 10. `analytics.core.fsrs` has the equations and
their source; `reviewed` looks after one memory, `review_many` after many.

Times are whole microseconds since 1970 UTC, so that a day is exactly a day. Reviews count in
whole days of 24 hours, as in the reference implementation; what is shown decays continuously.
"""

from __future__ import annotations

from enum import IntEnum
from math import sqrt
from typing import NamedTuple

import numpy as np

from analytics.core import fsrs
from analytics.core.fsrs import WEIGHTS, Weights
from analytics.core.logistic import FloatArray, IntArray, Number

DAY = 86_400_000_000  # microseconds
MIN_STABILITY = 0.001
EASIEST, HARDEST = 1.0, 10.0
DESIRED_RECALL = 0.9
MAX_INTERVAL_DAYS = 36_500.0


class Grade(IntEnum):
    """How an item was recalled; the first four are those of FSRS.

    FSRS takes what is hard for a success. `ALMOST` is none, but close: the difficulty moves as
    if it had been hard, and the stability to the geometric mean of hard and incorrect. No data
    are known that could settle it.
    """

    INCORRECT = 1
    HARD = 2
    CORRECT = 3
    EASY = 4
    ALMOST = 5

    @property
    def score(self) -> float:
        """What of it was right, in [0, 1]."""
        return {Grade.INCORRECT: 0.0, Grade.ALMOST: 0.5}.get(self, 1.0)

    @classmethod
    def of_score(cls, score: float) -> Grade:
        """Return the grade of a score in [0, 1]; whatever lies in between is almost right."""
        if score in (0.0, 1.0):
            return cls.CORRECT if score else cls.INCORRECT
        return cls.ALMOST


class Memory(NamedTuple):
    """One memory: stability in days, difficulty from 1 to 10, and when it was last reviewed."""

    stability: float
    difficulty: float
    at: int


class Memories(NamedTuple):
    """Many, as arrays of one shape."""

    stability: FloatArray
    difficulty: FloatArray
    at: IntArray

    @classmethod
    def blank(cls, count: int) -> Memories:
        """Return so many that were never reviewed: their stability is NaN."""
        none = np.full(count, np.nan)
        return cls(none, none.copy(), np.zeros(count, dtype=np.int64))

    def take(self, rows: IntArray) -> Memories:
        """Return those of these rows."""
        return Memories(self.stability[rows], self.difficulty[rows], self.at[rows])

    def put(self, rows: IntArray, memories: Memories) -> None:
        """Replace those of these rows, none twice, in place."""
        for column, values in zip(self, memories, strict=True):
            column[rows] = values


def retrievability(stability: Number, days: Number, w: Weights = WEIGHTS) -> Number:
    """Return R, the probability of recall so many days >= 0 after the last review: in (0, 1]."""
    probability: Number = (1.0 + w.factor * days / stability) ** -w.decay
    return probability


def interval(stability: Number, desired: float = DESIRED_RECALL, w: Weights = WEIGHTS) -> Number:
    """Return the days until R falls to what is desired.

    Raises
    ------
    ValueError : the desired recall is not inside (0, 1); NaN included.
    """
    if not 0.0 < desired < 1.0:
        raise ValueError("desired recall is a probability inside (0, 1)")
    days: Number = stability / w.factor * (desired ** (-1.0 / w.decay) - 1.0)
    return days


def due(stability: float, at: int) -> int:
    """Return when a memory last reviewed at some time is to be reviewed, at most 100 years on."""
    return at + round(min(interval(stability), MAX_INTERVAL_DAYS) * DAY)


def due_many(memories: Memories) -> IntArray:
    """Return `due` of each; all must have been reviewed."""
    days = np.minimum(interval(memories.stability), MAX_INTERVAL_DAYS)
    moments: IntArray = memories.at + np.rint(days * DAY).astype(np.int64)
    return moments


def first_stability(grade: Grade, w: Weights = WEIGHTS) -> float:
    """Return the stability after the first review of an item."""
    if grade == Grade.ALMOST:
        return sqrt(w.first_hard * w.first_incorrect)
    return float(w[grade - 1])


# One memory.


def retrievability_at(memory: Memory, at: int) -> float:
    """Return R at a time, which counts as the last review's where it lies before it."""
    return retrievability(memory.stability, max(0, at - memory.at) / DAY)


def days_since(earlier: int, later: int) -> int:
    """Return how many whole days of 24 hours lie between two times, 0 where they go back."""
    return max(0, later - earlier) // DAY


def review(memory: Memory | None, grade: Grade, at: int, w: Weights = WEIGHTS) -> Memory:
    """Return a memory after a review.

    Parameters
    ----------
    memory : as it was, None before the first review.
    at : when; before the last review counts as at the same time.

    Raises
    ------
    ValueError : the stability is not above 0, or the difficulty not in [1, 10]; NaN included.
    """
    if memory is None:
        difficulty = fsrs.initial_difficulty(_step(grade), w)
        return Memory(first_stability(grade, w), _within(difficulty), at)
    if not (memory.stability > 0.0 and EASIEST <= memory.difficulty <= HARDEST):
        raise ValueError("memories have a stability above 0 and a difficulty in [1, 10]")
    stability = _stability(memory, grade, days_since(memory.at, at), w)
    difficulty = fsrs.next_difficulty(memory.difficulty, _step(grade), w)
    return Memory(stability, _within(difficulty), max(memory.at, at))


def _step(grade: Grade) -> float:
    """Return the grade as the equations of difficulty count it."""
    return float(Grade.HARD if grade == Grade.ALMOST else grade)


def _within(difficulty: float) -> float:
    return min(max(difficulty, EASIEST), HARDEST)


def _stability(memory: Memory, grade: Grade, days: int, w: Weights) -> float:
    if grade == Grade.ALMOST:
        hard = _stability(memory, Grade.HARD, days, w)
        return sqrt(hard * _stability(memory, Grade.INCORRECT, days, w))
    stability, difficulty, _ = memory
    if days < 1:
        gain = fsrs.same_day_gain(stability, float(grade), w)
        after = stability * (gain if grade == Grade.INCORRECT else max(gain, 1.0))
    elif grade == Grade.INCORRECT:
        r = retrievability(stability, float(days), w)
        after = min(
            fsrs.stability_after_lapse(stability, difficulty, r, w),
            fsrs.max_stability_after_lapse(stability, w),
        )
    else:
        r = retrievability(stability, float(days), w)
        after = stability * (
            1.0 + fsrs.stability_after_recall(stability, difficulty, r, w) * _bonus(grade, w)
        )
    return max(after, MIN_STABILITY)


def _bonus(grade: Grade, w: Weights) -> float:
    return {Grade.HARD: w.hard_penalty, Grade.EASY: w.easy_bonus}.get(grade, 1.0)


# Many memories.


def retrievabilities_at(memories: Memories, at: IntArray | int) -> FloatArray:
    """Return `retrievability_at` of each; NaN where there was no review."""
    return retrievability(memories.stability, np.maximum(at - memories.at, 0) / DAY)


def review_many(
    memories: Memories, grade: IntArray, at: IntArray, w: Weights = WEIGHTS
) -> Memories:
    """Return `reviewed` of each: shapes (memories,); before the first review stability is NaN."""
    days, steps = days_since_each(memories.at, at), _steps(grade)
    firsts = np.array([0.0, *(first_stability(g, w) for g in Grade)])[grade]
    is_new = np.isnan(memories.stability)
    stability = np.where(is_new, firsts, _stabilities(memories, grade, days, w))
    begun = fsrs.initial_difficulty(steps, w)
    moved = fsrs.next_difficulty(memories.difficulty, steps, w)
    difficulty = np.clip(np.where(is_new, begun, moved), EASIEST, HARDEST)
    return Memories(stability, difficulty, np.where(is_new, at, np.maximum(memories.at, at)))


def _steps(grade: IntArray) -> FloatArray:
    return np.where(grade == Grade.ALMOST, float(Grade.HARD), grade)


def days_since_each(earlier: IntArray, later: IntArray | int) -> FloatArray:
    """Return `days_since` of each, as floats."""
    return (np.maximum(later - earlier, 0) // DAY).astype(np.float64)


def stabilities_after(
    memories: Memories, at: int, w: Weights = WEIGHTS
) -> tuple[FloatArray, FloatArray]:
    """Return the stability each would have if it were now reviewed correctly, and incorrectly."""
    days = days_since_each(memories.at, at)
    r = retrievability(memories.stability, days, w)
    correct = np.array(float(Grade.CORRECT))
    return _successes(memories, correct, days, r, w), _failures(memories, days, r, w)


def _stabilities(memories: Memories, grade: IntArray, days: FloatArray, w: Weights) -> FloatArray:
    r = retrievability(memories.stability, days, w)
    success = _successes(memories, _steps(grade), days, r, w)
    failure = _failures(memories, days, r, w)
    after = np.where(grade == Grade.INCORRECT, failure, success)
    is_almost = grade == Grade.ALMOST
    after[is_almost] = np.sqrt(success[is_almost] * failure[is_almost])
    return after


def _successes(
    memories: Memories, step: FloatArray, days: FloatArray, r: FloatArray, w: Weights
) -> FloatArray:
    stability, difficulty, _ = memories
    today = np.maximum(fsrs.same_day_gain(stability, step, w), 1.0)
    bonus = np.where(step == Grade.HARD, w.hard_penalty, 1.0)
    bonus = np.where(step == Grade.EASY, w.easy_bonus, bonus)
    later = 1.0 + fsrs.stability_after_recall(stability, difficulty, r, w) * bonus
    return np.maximum(stability * np.where(days < 1.0, today, later), MIN_STABILITY)


def _failures(memories: Memories, days: FloatArray, r: FloatArray, w: Weights) -> FloatArray:
    stability, difficulty, _ = memories
    today = stability * fsrs.same_day_gain(stability, np.array(float(Grade.INCORRECT)), w)
    lapsed = fsrs.stability_after_lapse(stability, difficulty, r, w)
    later = np.minimum(lapsed, fsrs.max_stability_after_lapse(stability, w))
    return np.maximum(np.where(days < 1.0, today, later), MIN_STABILITY)
