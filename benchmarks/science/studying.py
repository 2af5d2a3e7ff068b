"""Two months of study by simulated learners, each day for as long as their time lasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.core import recall
from analytics.core.fsrs import WEIGHTS
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.memory import (
    DAY,
    Grade,
    Memories,
    retrievabilities_at,
    review_many,
)
from analytics.core.recall import DESIRED_RECALL, Practice, RecallModel
from analytics.core.scheduling import expected_seconds
from analytics.core.steps import steps
from benchmarks.science.forgetting import RandomValues, Truth
from benchmarks.science.policies import Due, Order, sm2_order
from benchmarks.science.sm2 import Schedules

START = 20_000 * DAY
NEW_A_DAY = 10
LAST_PRIORITY = -1e9


class Setting(NamedTuple):
    """The study habits and the forgetting of learners.

    `budget` is their seconds per day, and `decay` the default one of true forgetting. New items
    come from lessons, ten a day whatever is due, and are studied first; or they are left to the
    service, which offers them when nothing is due any more.
    """

    name: str
    budget: float = 600.0
    decay: float = WEIGHTS.decay
    has_lessons: bool = True


@dataclass(frozen=True)
class ServiceState:
    """The service's estimates, shapes (learners · items,); models have (learners,)."""

    learner: IntArray
    memories: Memories
    practice: Practice
    models: RecallModel
    schedules: Schedules
    due_day: FloatArray
    seconds: FloatArray
    reviews: IntArray

    @classmethod
    def of_new_learners(cls, learners: int, items: int) -> ServiceState:
        """Return the estimates for new learners."""
        count = learners * items
        return cls(
            learner=np.repeat(np.arange(learners), items),
            memories=Memories.blank(count),
            practice=Practice.blank(count),
            models=RecallModel.initial(learners),
            schedules=Schedules.blank(count),
            due_day=np.full(count, np.inf),
            seconds=np.zeros(count),
            reviews=np.zeros(count, np.int64),
        )

    def priority(self, order: Order, day: int, random: FloatArray) -> FloatArray:
        """Return the priority of every item by an order; -inf if it is not due."""
        r = retrievabilities_at(self.memories, at_day(day))
        rows = np.flatnonzero(self.due_day <= day if order is sm2_order else r <= DESIRED_RECALL)
        due = Due(
            memories=self.memories.take(rows),
            at=at_day(day),
            recall=recall.predict(self.models.take(self.learner[rows]), self._inputs(rows, day)),
            seconds=self._expected_seconds()[rows],
            random=random[rows],
            due_day=self.due_day[rows],
        )
        priority = np.full(len(r), -np.inf)
        priority[rows] = order(due)
        return priority

    def _expected_seconds(self) -> FloatArray:
        shape = (len(self.models.mean), -1)
        each = zip(self.seconds.reshape(shape), self.reviews.reshape(shape), strict=True)
        return np.concatenate([expected_seconds(total, reviews) for total, reviews in each])

    def absorb(self, rows: IntArray, is_right: BoolArray, seconds: FloatArray, day: int) -> None:
        """Record these reviews of a day; no item may occur twice."""
        old = self.reviews[rows] > 0
        self._learn(rows[old], is_right[old].astype(np.float64), day)
        grade = np.where(is_right, Grade.CORRECT, Grade.INCORRECT)
        at = np.full(len(rows), at_day(day))
        self.memories.put(rows, review_many(self.memories.take(rows), grade, at))
        practice = self.practice.take(rows).after(is_right.astype(np.float64), seconds)
        self.practice.put(rows, practice)
        self.schedules.review(rows, grade)
        self.due_day[rows] = day + self.schedules.interval[rows]
        self.seconds[rows] += seconds
        self.reviews[rows] += 1

    def _learn(self, rows: IntArray, score: FloatArray, day: int) -> None:
        x = self._inputs(rows, day)
        for step in steps(np.unique(self.learner[rows], return_inverse=True)[1]):
            learner = self.learner[rows[step]]
            before = self.models.take(learner)
            self.models.put(learner, recall.update(before, x[step], score[step]))

    def _inputs(self, rows: IntArray, day: int) -> FloatArray:
        memories = self.memories.take(rows)
        r = retrievabilities_at(memories, at_day(day))
        return recall.inputs(r, memories.stability, memories.difficulty, self.practice.take(rows))


def at_day(day: int) -> int:
    """Return the time of study on a day."""
    return START + day * DAY


def retained(
    order: Order, setting: Setting, *, shape: tuple[int, int], days: int, seed: int
) -> FloatArray:
    """Return how many items each learner truly recalls after these days: shape (learners,).

    This is the sum of their probabilities. `shape` is (learners, items). Learners, items and random
    values are the same under every order.
    """
    rng = np.random.default_rng(seed)
    truth, state = Truth(shape, rng, decay=setting.decay), ServiceState.of_new_learners(*shape)
    for day in range(days):
        values = RandomValues.draw(rng, shape[0] * shape[1])
        is_right = truth.is_right(at_day(day), values)
        seconds = truth.review_seconds(is_right, values)
        priority = np.maximum(
            state.priority(order, day, values.random), _new_item_priority(state, setting, day)
        )
        rows = _select_studied(priority.reshape(shape), seconds, setting.budget)
        truth.review(rows, is_right[rows], at_day(day), values)
        state.absorb(rows, is_right[rows], seconds[rows], day)
    items: FloatArray = truth.recall(at_day(days)).reshape(shape).sum(axis=1)
    return items


def _new_item_priority(state: ServiceState, setting: Setting, day: int) -> FloatArray:
    """Return the priority of new items: above all due items, below them, or -inf (not yet)."""
    learners = len(state.models.mean)
    number = np.tile(np.arange(len(state.reviews) // learners), learners)
    if setting.has_lessons:
        return np.where(number // NEW_A_DAY == day, np.inf, -np.inf)
    return np.where(state.reviews == 0, LAST_PRIORITY - number, -np.inf)


def _select_studied(priority: FloatArray, seconds: FloatArray, budget: float) -> IntArray:
    """Return the rows that each learner studies, best first; none starts once time is up."""
    learners, items = priority.shape
    ranked = np.argsort(-priority, axis=1, kind="stable")
    rows = ranked + items * np.arange(learners)[:, None]
    is_available = priority.ravel()[rows] > -np.inf
    seconds_spent = np.where(is_available, seconds[rows], 0.0)
    studied: IntArray = rows[
        is_available & (np.cumsum(seconds_spent, axis=1) - seconds_spent < budget)
    ]
    return studied
