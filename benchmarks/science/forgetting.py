"""Learners of whose memories the truth is known, and is not what the model supposes.

The model has default weights, one for all. In truth, every learner and every item has a factor
of its own (log-normal) for how stable a memory begins and for how much a success adds; an item's
difficulty is its own; every learner forgets along a curve of their own; every review goes a bit
better or worse than its formula; and items take their own time, some learners more of it, and
failures half as much again. All stabilities have one meaning: the days until recall is .9.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.fsrs import WEIGHTS
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.memory import DAY, EASIEST, HARDEST, Grade, Memories, review_many

LEARNER_START_SD, ITEM_START_SD = 0.3, 0.7
LEARNER_GROWTH_SD, ITEM_GROWTH_SD, REVIEW_SD = 0.3, 0.4, 0.15
DIFFICULTY_SD, DECAY_SD = 1.5, 0.4
DEFAULT_SECONDS, ITEM_SECONDS_SD, LEARNER_SECONDS_SD, SECONDS_SD = 12.0, 0.6, 0.25, 0.35
FAILURE_TAKES = 1.5
FIRST_CHANCE = 0.15  # of knowing what was never studied
MIN_TRUE_STABILITY = 0.01
EXPONENTIAL = 50.0  # a decay so great is hardly told from exponential forgetting

Shape = tuple[int, int]


class Chances(NamedTuple):
    """What luck brings on a day, for each learner and item, whoever reviews it or not."""

    luck: FloatArray
    growth: FloatArray
    pace: FloatArray
    turn: FloatArray

    @classmethod
    def drawn(cls, rng: np.random.Generator, count: int) -> Chances:
        """Return those of a day: the same ones under every order."""
        return cls(
            luck=rng.random(count),
            growth=np.exp(rng.normal(0.0, REVIEW_SD, count)),
            pace=np.exp(rng.normal(0.0, SECONDS_SD, count)),
            turn=rng.random(count),
        )


class Truth:
    """The true memories; every array has shape (learners · items,), learner by learner."""

    def __init__(self, shape: Shape, rng: np.random.Generator, *, decay: float = WEIGHTS.decay):
        self.decay = np.repeat(decay * np.exp(rng.normal(0.2, DECAY_SD, shape[0])), shape[1])
        self.factor = np.asarray(0.9 ** (-1.0 / self.decay)) - 1.0
        self.start = np.exp(_noise(rng, shape, LEARNER_START_SD, ITEM_START_SD))
        self.growth = np.exp(_noise(rng, shape, LEARNER_GROWTH_SD, ITEM_GROWTH_SD))
        self.harder = _noise(rng, shape, 0.0, DIFFICULTY_SD)
        self.seconds = DEFAULT_SECONDS * np.exp(
            _noise(rng, shape, LEARNER_SECONDS_SD, ITEM_SECONDS_SD)
        )
        self.memories = Memories.blank(shape[0] * shape[1])

    def recall(self, at: int) -> FloatArray:
        """Return the true probability of recall of everything; 0 where it was never studied."""
        days = np.maximum(at - self.memories.at, 0) / DAY
        chance = (1.0 + self.factor * days / self.memories.stability) ** -self.decay
        return np.nan_to_num(chance, nan=0.0)

    def is_right(self, at: int, chances: Chances) -> BoolArray:
        """Tell how a review of each would go, today."""
        is_new = np.isnan(self.memories.stability)
        right: BoolArray = chances.luck < np.where(is_new, FIRST_CHANCE, self.recall(at))
        return right

    def takes(self, is_right: BoolArray, chances: Chances) -> FloatArray:
        """Return how many seconds a review of each would take, today."""
        return self.seconds * chances.pace * np.where(is_right, 1.0, FAILURE_TAKES)

    def review(self, rows: IntArray, is_right: BoolArray, at: int, chances: Chances) -> None:
        """Review these rows, none twice."""
        before = self.memories.take(rows)
        grade = np.where(is_right, Grade.CORRECT, Grade.INCORRECT)
        after = review_many(before, grade, np.full(len(rows), at))
        is_new, chance = np.isnan(before.stability), chances.growth[rows]
        grown = before.stability + (after.stability - before.stability) * self.growth[rows] * chance
        stability = np.where(is_right, grown, after.stability * chance)
        stability = np.where(is_new, after.stability * self.start[rows] * chance, stability)
        difficulty = after.difficulty + np.where(is_new, self.harder[rows], 0.0)
        self.memories.put(
            rows,
            Memories(
                np.maximum(stability, MIN_TRUE_STABILITY),
                np.clip(difficulty, EASIEST, HARDEST),
                after.at,
            ),
        )


def _noise(rng: np.random.Generator, shape: Shape, learner_sd: float, item_sd: float) -> FloatArray:
    """Draw one number a learner and one an item, and return their sums: all pairs."""
    learner, item = rng.normal(0.0, 1.0, shape[0]), rng.normal(0.0, 1.0, shape[1])
    return np.add.outer(learner_sd * learner, item_sd * item).ravel()
