"""Memory of single items: FSRS-6, which predicts when an item will have been forgotten.

Free Spaced Repetition Scheduler (open-spaced-repetition; Ye et al. 2022), by its published
default weights. A memory has a stability S, in days: so long it takes until the item is recalled
with a probability of .9; and a difficulty D from 1 to 10. Every formula is written once, for a
float and for an array alike; `reviewed` looks after one memory, `reviewed_many` after many.

Times are whole microseconds since 1970 UTC, so that a day is exactly a day. Reviews count in
whole days of 24 hours, as in the reference implementation; what is shown decays continuously.
"""

from __future__ import annotations

from enum import IntEnum
from math import e, sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray, Number

DAY = 86_400_000_000  # microseconds
LEAST_STABILITY = 0.001
EASIEST, HARDEST = 1.0, 10.0
DESIRED_RECALL = 0.9
MOST_DAYS = 36_500.0


class Grade(IntEnum):
    """How an item was recalled; the first four are those of FSRS.

    FSRS takes what is hard for a success. `ALMOST` is none, but close: the difficulty moves as
    of what is hard, and the stability to the geometric mean of hard and incorrect.
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


class Weights(NamedTuple):
    """The weights w0 to w20 of FSRS-6, in their order."""

    first_incorrect: float = 0.212
    first_hard: float = 1.2931
    first_correct: float = 2.3065
    first_easy: float = 8.2956
    first_difficulty: float = 6.4133
    first_ease: float = 0.8334
    difficulty_step: float = 3.0194
    reversion: float = 0.001
    recall_gain: float = 1.8722
    recall_saturation: float = 0.1666
    recall_surprise: float = 0.796
    lapse_scale: float = 1.4835
    lapse_difficulty: float = 0.0614
    lapse_stability: float = 0.2629
    lapse_surprise: float = 1.6483
    hard_penalty: float = 0.6014
    easy_bonus: float = 1.8729
    same_day_gain: float = 0.5425
    same_day_shift: float = 0.0912
    same_day_saturation: float = 0.0658
    decay: float = 0.1542

    @property
    def factor(self) -> float:
        """What makes the stability the days until recall is .9."""
        return float(DESIRED_RECALL ** (-1.0 / self.decay)) - 1.0

    def first_stability(self, grade: int) -> float:
        """Return the stability after the first review of an item."""
        if grade == Grade.ALMOST:
            return sqrt(self.first_hard * self.first_incorrect)
        return float(self[grade - 1])


WEIGHTS = Weights()


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


def recall(stability: Number, days: Number, w: Weights = WEIGHTS) -> Number:
    """Return R, the probability of recall so many days >= 0 after the last review: in (0, 1]."""
    probability: Number = (1.0 + w.factor * days / stability) ** -w.decay
    return probability


def interval(stability: Number, desired: float = DESIRED_RECALL, w: Weights = WEIGHTS) -> Number:
    """Return the days until R falls to what is desired, in (0, 1)."""
    days: Number = stability / w.factor * (desired ** (-1.0 / w.decay) - 1.0)
    return days


def due(stability: float, at: int) -> int:
    """Return when a memory last reviewed at some time is to be reviewed, at most 100 years on."""
    return at + round(min(interval(stability), MOST_DAYS) * DAY)


def dues(memories: Memories) -> IntArray:
    """Return `due` of each."""
    days = np.minimum(interval(memories.stability), MOST_DAYS)
    moments: IntArray = memories.at + np.rint(days * DAY).astype(np.int64)
    return moments


# The formulas, for one memory and for many.


def _initial_difficulty(grade: Number, w: Weights) -> Number:
    difficulty: Number = w.first_difficulty - e ** (w.first_ease * (grade - 1.0)) + 1.0
    return difficulty


def _damped_difficulty(difficulty: Number, grade: Number, w: Weights) -> Number:
    step = -w.difficulty_step * (grade - 3.0) * (10.0 - difficulty) / 9.0
    easiest = _initial_difficulty(float(Grade.EASY), w)
    moved: Number = w.reversion * easiest + (1.0 - w.reversion) * (difficulty + step)
    return moved


def _same_day_gain(stability: Number, grade: Number, w: Weights) -> Number:
    gain: Number = e ** (w.same_day_gain * (grade - 3.0 + w.same_day_shift)) * (
        stability**-w.same_day_saturation
    )
    return gain


def _recalled(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    """Return by what a success multiplies the stability, less 1, before its grade is looked at."""
    gain: Number = (
        e**w.recall_gain
        * (11.0 - difficulty)
        * stability**-w.recall_saturation
        * (e ** ((1.0 - r) * w.recall_surprise) - 1.0)
    )
    return gain


def _lapsed(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    left: Number = (
        w.lapse_scale
        * difficulty**-w.lapse_difficulty
        * ((stability + 1.0) ** w.lapse_stability - 1.0)
        * e ** ((1.0 - r) * w.lapse_surprise)
    )
    return left


def _most_lapsed(stability: Number, w: Weights) -> Number:
    most: Number = stability / e ** (w.same_day_gain * w.same_day_shift)
    return most


# One memory.


def recall_at(memory: Memory, at: int) -> float:
    """Return R at a time, which counts as the last review's where it lies before it."""
    return recall(memory.stability, max(0, at - memory.at) / DAY)


def days_since(earlier: int, later: int) -> int:
    """Return how many whole days of 24 hours lie between two times, 0 where they go back."""
    return max(0, later - earlier) // DAY


def reviewed(memory: Memory | None, grade: Grade, at: int, w: Weights = WEIGHTS) -> Memory:
    """Return a memory after a review.

    Parameters
    ----------
    memory : as it was, None before the first review.
    at : when; before the last review counts as at the same time.
    """
    if memory is None:
        return Memory(w.first_stability(grade), _within(_initial_difficulty(_step(grade), w)), at)
    days = days_since(memory.at, at)
    stability = _stability(memory, grade, days, w)
    difficulty = _within(_damped_difficulty(memory.difficulty, _step(grade), w))
    return Memory(stability, difficulty, max(memory.at, at))


def _step(grade: Grade) -> float:
    """Return the grade as the formulas count it."""
    return float(Grade.HARD if grade == Grade.ALMOST else grade)


def _within(difficulty: float) -> float:
    return min(max(difficulty, EASIEST), HARDEST)


def _stability(memory: Memory, grade: Grade, days: int, w: Weights) -> float:
    if grade == Grade.ALMOST:
        hard = _stability(memory, Grade.HARD, days, w)
        return sqrt(hard * _stability(memory, Grade.INCORRECT, days, w))
    stability, difficulty, _ = memory
    if days < 1:
        gain = _same_day_gain(stability, float(grade), w)
        after = stability * (gain if grade == Grade.INCORRECT else max(gain, 1.0))
    elif grade == Grade.INCORRECT:
        r = recall(stability, float(days), w)
        after = min(_lapsed(stability, difficulty, r, w), _most_lapsed(stability, w))
    else:
        r = recall(stability, float(days), w)
        after = stability * (1.0 + _recalled(stability, difficulty, r, w) * _bonus(grade, w))
    return max(after, LEAST_STABILITY)


def _bonus(grade: Grade, w: Weights) -> float:
    return {Grade.HARD: w.hard_penalty, Grade.EASY: w.easy_bonus}.get(grade, 1.0)


# Many memories.


def recalls_at(memories: Memories, at: IntArray | int) -> FloatArray:
    """Return `recall_at` of each; NaN where there was no review."""
    return recall(memories.stability, np.maximum(at - memories.at, 0) / DAY)


def reviewed_many(
    memories: Memories, grade: IntArray, at: IntArray, w: Weights = WEIGHTS
) -> Memories:
    """Return `reviewed` of each: shapes (memories,); before the first review stability is NaN."""
    steps = np.where(grade == Grade.ALMOST, float(Grade.HARD), grade)
    is_new = np.isnan(memories.stability)
    stability, difficulty = np.empty(len(grade)), np.empty(len(grade))
    firsts = np.array([0.0, *(w.first_stability(g) for g in Grade)])
    stability[is_new] = firsts[grade[is_new]]
    difficulty[is_new] = _initial_difficulty(steps[is_new], w)
    old = ~is_new
    known = memories.take(np.flatnonzero(old))
    days = np.maximum(at[old] - known.at, 0) // DAY
    stability[old] = _stabilities(known, grade[old], days, w)
    difficulty[old] = _damped_difficulty(known.difficulty, steps[old], w)
    latest = np.where(is_new, at, np.maximum(memories.at, at))
    return Memories(stability, np.clip(difficulty, EASIEST, HARDEST), latest)


def _stabilities(memories: Memories, grade: IntArray, days: IntArray, w: Weights) -> FloatArray:
    after = np.empty(len(grade))
    is_almost = grade == Grade.ALMOST
    if is_almost.any():
        rows = np.flatnonzero(is_almost)
        few, passed = memories.take(rows), days[rows]
        hard = _stabilities(few, np.full(len(rows), Grade.HARD), passed, w)
        lapsed = _stabilities(few, np.full(len(rows), Grade.INCORRECT), passed, w)
        after[rows] = np.sqrt(hard * lapsed)
    is_today, is_wrong = days < 1, grade == Grade.INCORRECT
    plain = ~is_almost
    today, wrong = plain & is_today, plain & ~is_today & is_wrong
    after[today] = _todays(memories.stability[today], grade[today], w)
    after[wrong] = _wrongs(memories, days, wrong, w)
    right = plain & ~is_today & ~is_wrong
    after[right] = _rights(memories, grade, days, right, w)
    return np.maximum(after, LEAST_STABILITY)


def _todays(stability: FloatArray, grade: IntArray, w: Weights) -> FloatArray:
    gain = _same_day_gain(stability, grade.astype(np.float64), w)
    return stability * np.where(grade == Grade.INCORRECT, gain, np.maximum(gain, 1.0))


def _wrongs(memories: Memories, days: IntArray, rows: BoolArray, w: Weights) -> FloatArray:
    stability = memories.stability[rows]
    r = recall(stability, days[rows].astype(np.float64), w)
    lapsed = _lapsed(stability, memories.difficulty[rows], r, w)
    return np.minimum(lapsed, _most_lapsed(stability, w))


def _rights(
    memories: Memories, grade: IntArray, days: IntArray, rows: BoolArray, w: Weights
) -> FloatArray:
    stability = memories.stability[rows]
    r = recall(stability, days[rows].astype(np.float64), w)
    bonus = np.array([0.0, *(_bonus(g, w) for g in Grade)])[grade[rows]]
    after: FloatArray = stability * (
        1.0 + _recalled(stability, memories.difficulty[rows], r, w) * bonus
    )
    return after
