"""Two months of study by simulated learners, every day for as long as their time lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.core.calibration import Calibrations, calibrate_many, update_many
from analytics.core.fsrs import WEIGHTS
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.memory import (
    DAY,
    DESIRED_RECALL,
    Grade,
    Memories,
    retrievabilities_at,
    review_many,
)
from analytics.core.replay import steps
from analytics.core.scheduling import expected_seconds
from benchmarks.science.forgetting import Chances, Truth
from benchmarks.science.policies import Due, Order, sm2
from benchmarks.science.sm2 import Schedules

BEGIN = 20_000 * DAY
NEW_A_DAY = 10
LAST = -1e9


class Setting(NamedTuple):
    """How learners study, and how they forget.

    `budget` is their seconds a day, and `decay` the usual one of true forgetting. New items come
    from lessons, ten a day whatever is due, and are studied first; or they are left to the
    service, which offers them when nothing is due any more.
    """

    name: str
    budget: float = 600.0
    decay: float = WEIGHTS.decay
    has_lessons: bool = True


@dataclass(frozen=True)
class Known:
    """What the service knows, shapes (learners · items,); calibrations have (learners,)."""

    learner: IntArray
    memories: Memories
    calibrations: Calibrations
    schedules: Schedules
    due_day: FloatArray
    seconds: FloatArray
    reviews: IntArray

    @classmethod
    def nothing(cls, learners: int, items: int) -> Known:
        """Return what is known of new learners."""
        count = learners * items
        return cls(
            learner=np.repeat(np.arange(learners), items),
            memories=Memories.blank(count),
            calibrations=Calibrations.begin(learners),
            schedules=Schedules.blank(count),
            due_day=np.full(count, np.inf),
            seconds=np.zeros(count),
            reviews=np.zeros(count, np.int64),
        )

    def worth(self, order: Order, day: int, turn: FloatArray) -> FloatArray:
        """Return what an order says every item is worth; -inf if it is not due."""
        r = retrievabilities_at(self.memories, at_day(day))
        rows = np.flatnonzero(self.due_day <= day if order is sm2 else r <= DESIRED_RECALL)
        due = Due(
            memories=self.memories.take(rows),
            at=at_day(day),
            chance=calibrate_many(r[rows], self.calibrations.take(self.learner[rows])),
            seconds=self._expected_seconds()[rows],
            turn=turn[rows],
            due_day=self.due_day[rows],
        )
        worth = np.full(len(r), -np.inf)
        worth[rows] = order(due)
        return worth

    def _expected_seconds(self) -> FloatArray:
        shape = (len(self.calibrations.offset), -1)
        each = zip(self.seconds.reshape(shape), self.reviews.reshape(shape), strict=True)
        return np.concatenate([expected_seconds(total, reviews) for total, reviews in each])

    def absorb(self, rows: IntArray, is_right: BoolArray, seconds: FloatArray, day: int) -> None:
        """Take in these reviews of a day, none of an item twice."""
        old = self.reviews[rows] > 0
        self._calibrate(rows[old], is_right[old].astype(np.float64), day)
        grade = np.where(is_right, Grade.CORRECT, Grade.INCORRECT)
        at = np.full(len(rows), at_day(day))
        self.memories.put(rows, review_many(self.memories.take(rows), grade, at))
        self.schedules.review(rows, grade)
        self.due_day[rows] = day + self.schedules.interval[rows]
        self.seconds[rows] += seconds
        self.reviews[rows] += 1

    def _calibrate(self, rows: IntArray, score: FloatArray, day: int) -> None:
        r = retrievabilities_at(self.memories.take(rows), at_day(day))
        for step in steps(np.unique(self.learner[rows], return_inverse=True)[1]):
            learner = self.learner[rows[step]]
            before = self.calibrations.take(learner)
            self.calibrations.put(learner, update_many(before, r[step], score[step]))


def at_day(day: int) -> int:
    """Return when learners study on a day."""
    return BEGIN + day * DAY


def retained(
    order: Order, setting: Setting, *, shape: tuple[int, int], days: int, seed: int
) -> FloatArray:
    """Return how many items each learner truly recalls after these days: shape (learners,).

    The sum of their probabilities. `shape` is (learners, items). Learners, items and luck are
    the same under every order.
    """
    rng = np.random.default_rng(seed)
    truth, known = Truth(shape, rng, decay=setting.decay), Known.nothing(*shape)
    for day in range(days):
        chances = Chances.drawn(rng, shape[0] * shape[1])
        is_right = truth.is_right(at_day(day), chances)
        seconds = truth.takes(is_right, chances)
        worth = np.maximum(known.worth(order, day, chances.turn), _fresh(known, setting, day))
        rows = _studied(worth.reshape(shape), seconds, setting.budget)
        truth.review(rows, is_right[rows], at_day(day), chances)
        known.absorb(rows, is_right[rows], seconds[rows], day)
    items: FloatArray = truth.recall(at_day(days)).reshape(shape).sum(axis=1)
    return items


def _fresh(known: Known, setting: Setting, day: int) -> FloatArray:
    """Return where new items stand: before all that is due, behind it, or nowhere yet (-inf)."""
    learners = len(known.calibrations.offset)
    number = np.tile(np.arange(len(known.reviews) // learners), learners)
    if setting.has_lessons:
        return np.where(number // NEW_A_DAY == day, np.inf, -np.inf)
    return np.where(known.reviews == 0, LAST - number, -np.inf)


def _studied(worth: FloatArray, seconds: FloatArray, budget: float) -> IntArray:
    """Return the rows each learner gets to, best first; once time is up, nothing is begun."""
    learners, items = worth.shape
    ranked = np.argsort(-worth, axis=1, kind="stable")
    rows = ranked + items * np.arange(learners)[:, None]
    is_there = worth.ravel()[rows] > -np.inf
    took = np.where(is_there, seconds[rows], 0.0)
    studied: IntArray = rows[is_there & (np.cumsum(took, axis=1) - took < budget)]
    return studied
