"""Memory of single items by FSRS-6: stability, difficulty, retrievability and due times.

A memory has a stability S, the days until its recall probability falls to .9, and a difficulty D
from 1 to 10. `analytics.core.fsrs` has the equations and their source. `review` updates one
memory, `review_many` many; `learn` also updates the learner's recall model (`recall.py`).

Times are whole microseconds since 1970-01-01 UTC, so that days are exact. Reviews count elapsed
time in whole days of 24 hours, as the reference implementation does; the recall probability that
is shown decays continuously.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from enum import IntEnum
from math import inf, sqrt
from typing import NamedTuple

import numpy as np

from analytics.core import fsrs, recall
from analytics.core.difficulty import ABSENT, LEARNER, LONE_ITEM, expect
from analytics.core.fsrs import WEIGHTS, Weights
from analytics.core.logistic import FloatArray, IntArray, Number, sigmoid, sigmoids
from analytics.core.recall import DESIRED_RECALL, UNPRACTISED, Practice, RecallModel
from analytics.core.times import seconds_since_epoch

DAY = 86_400_000_000  # microseconds
MIN_STABILITY = 0.001
EASIEST, HARDEST = 1.0, 10.0
MAX_INTERVAL_DAYS = 36_500.0
# The interval by the served recall lies between these multiples of FSRS-6's own.
MIN_INTERVAL_RATIO, MAX_INTERVAL_RATIO = 0.25, 4.0


class Grade(IntEnum):
    """Outcome of a review; the first four grades are those of FSRS.

    FSRS counts `HARD` as a success. `ALMOST` is a failure that was close: the difficulty changes as
    for `HARD`, and the stability becomes the geometric mean of those for `HARD` and `INCORRECT`. No
    data set is known that could test this choice.
    """

    INCORRECT = 1
    HARD = 2
    CORRECT = 3
    EASY = 4
    ALMOST = 5

    @property
    def score(self) -> float:
        """Correctness in [0, 1]."""
        return {Grade.INCORRECT: 0.0, Grade.ALMOST: 0.5}.get(self, 1.0)

    @classmethod
    def of_score(cls, score: float) -> Grade:
        """Return the grade of a score in [0, 1]; scores strictly between are `ALMOST`."""
        if score in (0.0, 1.0):
            return cls.CORRECT if score else cls.INCORRECT
        return cls.ALMOST


FSRS_GRADES = (Grade.INCORRECT, Grade.HARD, Grade.CORRECT, Grade.EASY)


class Memory(NamedTuple):
    """Stability in days, difficulty from 1 to 10, and time of the last review."""

    stability: float
    difficulty: float
    at: int


class Memories(NamedTuple):
    """Many memories, as arrays of one shape."""

    stability: FloatArray
    difficulty: FloatArray
    at: IntArray

    @classmethod
    def blank(cls, count: int) -> Memories:
        """Return `count` memories without a review; their stability and difficulty are NaN."""
        missing = np.full(count, np.nan)
        return cls(missing, missing.copy(), np.zeros(count, dtype=np.int64))

    def take(self, rows: IntArray) -> Memories:
        """Return the memories of the given rows."""
        return Memories(self.stability[rows], self.difficulty[rows], self.at[rows])

    def put(self, rows: IntArray, memories: Memories) -> None:
        """Replace the memories of the given rows in place; no row may occur twice."""
        for column, values in zip(self, memories, strict=True):
            column[rows] = values


def retrievability(stability: Number, days: Number, w: Weights = WEIGHTS) -> Number:
    """Return R, the recall probability in (0, 1].

    Parameters
    ----------
    stability : S in days, > 0.
    days : days since the last review, >= 0.
    w : the FSRS-6 weights.
    """
    probability: Number = (1.0 + w.factor * days / stability) ** -w.decay
    return probability


def interval(stability: Number, desired: float = DESIRED_RECALL, w: Weights = WEIGHTS) -> Number:
    """Return the days after a review until R falls to the desired recall.

    Raises
    ------
    ValueError : the desired recall is not inside (0, 1) (NaN included).
    """
    if not 0.0 < desired < 1.0:
        raise ValueError("desired recall must be inside (0, 1)")
    days: Number = stability / w.factor * (desired ** (-1.0 / w.decay) - 1.0)
    return days


def due(memory: Memory, practice: Practice, model: RecallModel) -> int:
    """Return when the served recall falls to .9, in microseconds; see `due_many`."""
    stability, difficulty, at = memory
    x = recall.inputs(DESIRED_RECALL, stability, difficulty, practice)
    days = _served_interval(np.asarray(stability), recall.log_odds_when_due(model, x))
    return at + round(float(days) * DAY)


def due_many(memories: Memories, practice: Practice, model: RecallModel) -> IntArray:
    """Return when the served recall of each memory falls to .9, in microseconds: (memories,).

    The time since the last review is at least a quarter and at most four times FSRS-6's own
    interval, and at most 36,500 days.

    Parameters
    ----------
    memories, practice : shape (memories,), each reviewed before.
    model : of the learner, or one per memory.
    """
    stability, difficulty, at = memories
    r = np.full(len(stability), DESIRED_RECALL)
    log_odds = recall.log_odds_when_due(model, recall.inputs(r, stability, difficulty, practice))
    times: IntArray = at + np.rint(_served_interval(stability, log_odds) * DAY).astype(np.int64)
    return times


def _served_interval(
    stability: FloatArray, log_odds: FloatArray, w: Weights = WEIGHTS
) -> FloatArray:
    """Return the days until R has these log odds, within the limits of `due_many`."""
    own = interval(stability, w=w)
    days = stability / w.factor * (sigmoids(log_odds) ** (-1.0 / w.decay) - 1.0)
    limited = np.clip(days, MIN_INTERVAL_RATIO * own, MAX_INTERVAL_RATIO * own)
    return np.minimum(limited, MAX_INTERVAL_DAYS)


def first_stability(grade: Grade, w: Weights = WEIGHTS) -> float:
    """Return the stability after the first review of an item."""
    if grade == Grade.ALMOST:
        return sqrt(w.first_hard * w.first_incorrect)
    return float(w[grade - 1])


def retrievability_at(memory: Memory, at: int) -> float:
    """Return R at a time; a time before the last review counts as that of the review."""
    return retrievability(memory.stability, max(0, at - memory.at) / DAY)


def days_since(earlier: int, later: int) -> int:
    """Return the whole days of 24 hours between two times, 0 if `later` is the earlier one."""
    return max(0, later - earlier) // DAY


def review(memory: Memory | None, grade: Grade, at: int, w: Weights = WEIGHTS) -> Memory:
    """Return a memory after a review.

    Parameters
    ----------
    memory : the memory before the review; None for the first review.
    grade : outcome of the review.
    at : time of the review; a time before the last review counts as that of the last review.
    w : the FSRS-6 weights.

    Raises
    ------
    ValueError : the stability is not above 0, or the difficulty not in [1, 10] (NaN included).
    """
    if memory is None:
        difficulty = fsrs.initial_difficulty(_fsrs_grade(grade), w)
        return Memory(first_stability(grade, w), _clip_difficulty(difficulty), at)
    if not (memory.stability > 0.0 and EASIEST <= memory.difficulty <= HARDEST):
        raise ValueError("stability must be above 0, and difficulty in [1, 10]")
    stability = _next_stability(memory, grade, days_since(memory.at, at), w)
    difficulty = fsrs.next_difficulty(memory.difficulty, _fsrs_grade(grade), w)
    return Memory(stability, _clip_difficulty(difficulty), max(memory.at, at))


def _fsrs_grade(grade: Grade) -> float:
    """Return the FSRS grade that the difficulty equations use."""
    return float(Grade.HARD if grade == Grade.ALMOST else grade)


def _clip_difficulty(difficulty: float) -> float:
    return min(max(difficulty, EASIEST), HARDEST)


def _next_stability(memory: Memory, grade: Grade, days: int, w: Weights) -> float:
    if grade == Grade.ALMOST:
        hard = _next_stability(memory, Grade.HARD, days, w)
        return sqrt(hard * _next_stability(memory, Grade.INCORRECT, days, w))
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
            1.0 + fsrs.growth_after_recall(stability, difficulty, r, w) * _grade_factor(grade, w)
        )
    return max(after, MIN_STABILITY)


def _grade_factor(grade: Grade, w: Weights) -> float:
    return {Grade.HARD: w.hard_penalty, Grade.EASY: w.easy_bonus}.get(grade, 1.0)


def retrievabilities_at(memories: Memories, at: IntArray | int) -> FloatArray:
    """Return `retrievability_at` of each memory; NaN for those without a review."""
    return retrievability(memories.stability, np.maximum(at - memories.at, 0) / DAY)


def review_many(
    memories: Memories, grade: IntArray, at: IntArray, w: Weights = WEIGHTS
) -> Memories:
    """Return `review` of each memory, one review per memory; all shapes are (memories,).

    A stability of NaN marks a memory without a review. Arguments are not validated.
    """
    days, fsrs_grades = days_since_each(memories.at, at), _fsrs_grades(grade)
    first = np.array([0.0, *(first_stability(g, w) for g in Grade)])[grade]
    is_new = np.isnan(memories.stability)
    stability = np.where(is_new, first, _next_stabilities(memories, grade, days, w))
    initial = fsrs.initial_difficulty(fsrs_grades, w)
    next_difficulty = fsrs.next_difficulty(memories.difficulty, fsrs_grades, w)
    difficulty = np.clip(np.where(is_new, initial, next_difficulty), EASIEST, HARDEST)
    return Memories(stability, difficulty, np.where(is_new, at, np.maximum(memories.at, at)))


def _fsrs_grades(grade: IntArray) -> FloatArray:
    return np.where(grade == Grade.ALMOST, float(Grade.HARD), grade)


def days_since_each(earlier: IntArray, later: IntArray | int) -> FloatArray:
    """Return `days_since` of each entry, as floats."""
    return (np.maximum(later - earlier, 0) // DAY).astype(np.float64)


def stabilities_after(
    memories: Memories, at: int, w: Weights = WEIGHTS
) -> tuple[FloatArray, FloatArray]:
    """Return the stability of each memory after a correct and after an incorrect review now."""
    days = days_since_each(memories.at, at)
    r = retrievability(memories.stability, days, w)
    correct = np.array(float(Grade.CORRECT))
    return _stabilities_after_success(memories, correct, days, r, w), _stabilities_after_failure(
        memories, days, r, w
    )


def _next_stabilities(
    memories: Memories, grade: IntArray, days: FloatArray, w: Weights
) -> FloatArray:
    r = retrievability(memories.stability, days, w)
    success = _stabilities_after_success(memories, _fsrs_grades(grade), days, r, w)
    failure = _stabilities_after_failure(memories, days, r, w)
    after = np.where(grade == Grade.INCORRECT, failure, success)
    is_almost = grade == Grade.ALMOST
    after[is_almost] = np.sqrt(success[is_almost] * failure[is_almost])
    return after


def _stabilities_after_success(
    memories: Memories, fsrs_grade: FloatArray, days: FloatArray, r: FloatArray, w: Weights
) -> FloatArray:
    stability, difficulty, _ = memories
    same_day = np.maximum(fsrs.same_day_gain(stability, fsrs_grade, w), 1.0)
    grade_factor = np.where(fsrs_grade == Grade.HARD, w.hard_penalty, 1.0)
    grade_factor = np.where(fsrs_grade == Grade.EASY, w.easy_bonus, grade_factor)
    later = 1.0 + fsrs.growth_after_recall(stability, difficulty, r, w) * grade_factor
    return np.maximum(stability * np.where(days < 1.0, same_day, later), MIN_STABILITY)


def _stabilities_after_failure(
    memories: Memories, days: FloatArray, r: FloatArray, w: Weights
) -> FloatArray:
    stability, difficulty, _ = memories
    same_day = stability * fsrs.same_day_gain(stability, np.array(float(Grade.INCORRECT)), w)
    lapsed = fsrs.stability_after_lapse(stability, difficulty, r, w)
    later = np.minimum(lapsed, fsrs.max_stability_after_lapse(stability, w))
    return np.maximum(np.where(days < 1.0, same_day, later), MIN_STABILITY)


class Reviewed(NamedTuple):
    """An item that was reviewed: its memory, and the reviews so far."""

    memory: Memory
    practice: Practice


def served_recall(reviewed: Reviewed, model: RecallModel, at: int) -> float:
    """Return the probability in (0, 1) that a learner recalls an item at a time."""
    return float(recall.predict(model, _inputs_at(reviewed, at)))


def learn(
    model: RecallModel, before: Reviewed | None, grade: Grade, at: int, seconds: float | None
) -> tuple[RecallModel, Reviewed]:
    """Return the learner's recall model and an item after a review of it.

    Parameters
    ----------
    model : the recall model before the review.
    before : the item before the review; None for the first one.
    grade : outcome of the review.
    at : time of the review, in microseconds.
    seconds : its duration, >= 0; None if unknown.
    """
    memory, practice = (None, UNPRACTISED) if before is None else before
    if before is not None and at - before.memory.at >= DAY:
        model = recall.update(model, _inputs_at(before, at), grade.score)
    practice = practice.after(grade.score, np.nan if seconds is None else seconds)
    return model, Reviewed(review(memory, grade, at), practice)


def _inputs_at(reviewed: Reviewed, at: int) -> FloatArray:
    memory, practice = reviewed
    r = retrievability_at(memory, at)
    return recall.inputs(r, memory.stability, memory.difficulty, practice)


class ReviewModel:
    """The memory model of one learner, without a database: the formulas of the service."""

    def __init__(self) -> None:
        self._model = recall.INITIAL
        self._items: dict[Hashable, Reviewed] = {}

    def review(
        self, item: Hashable, grade: int, *, at: float | datetime, seconds: float | None = None
    ) -> None:
        """Learn from a review.

        Parameters
        ----------
        item : any name of the item.
        grade : 1 (incorrect), 2 (hard), 3 (correct) or 4 (easy), as in FSRS; 2 is a success.
        at : seconds since any fixed time, or a datetime. A time before the last review of the item
            counts as that of the last review.
        seconds : the duration of the review, >= 0; None if unknown.

        Raises
        ------
        ValueError : another grade, or a time or duration that is NaN, infinite or negative
            (durations). Nothing has changed then.
        """
        if grade not in FSRS_GRADES:
            raise ValueError("a grade is 1, 2, 3 or 4")
        if seconds is not None and not 0.0 <= seconds < inf:
            raise ValueError("a duration must be finite and not negative")
        self._model, self._items[item] = learn(
            self._model, self._items.get(item), Grade(grade), _microseconds(at), seconds
        )

    def recall(self, item: Hashable, *, at: float | datetime) -> float:
        """Return the probability in (0, 1) that the learner recalls an item at a time.

        For an item without a review it is that of a right answer at first sight. A time before the
        last review counts as that of the last review.

        Raises
        ------
        ValueError : the time is NaN or infinite.
        """
        time, reviewed = _microseconds(at), self._items.get(item)
        if reviewed is None:
            log_odds, *_ = expect(LEARNER, ABSENT, ABSENT, LONE_ITEM)
            return sigmoid(log_odds)
        return served_recall(reviewed, self._model, time)


def _microseconds(at: float | datetime) -> int:
    return round(seconds_since_epoch(at) * 1_000_000)
