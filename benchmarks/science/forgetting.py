"""Simulated learners with known memories, which differ from the model's assumptions.

The model has default weights, one set for all. In truth, every learner and every item has a factor
of its own (log-normal) for the initial stability of a memory and for how much a success adds; an
item's difficulty is its own; every learner has a forgetting curve of their own; every review
deviates a bit from its formula; and items take their own time, some learners need more of it, and
failures take half as long again. All stabilities have one meaning: the days until recall is .9.
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
FIRST_CHANCE = 0.15  # of knowing an item that was never studied
MIN_TRUE_STABILITY = 0.01
EXPONENTIAL = 50.0  # with a decay so great, forgetting is nearly exponential

Shape = tuple[int, int]


class RandomValues(NamedTuple):
    """Random values of a day, for each learner and item, whether it is reviewed or not."""

    luck: FloatArray
    growth: FloatArray
    pace: FloatArray
    random: FloatArray

    @classmethod
    def draw(cls, rng: np.random.Generator, count: int) -> RandomValues:
        """Draw the values of a day: the same ones under every order."""
        return cls(
            luck=rng.random(count),
            growth=np.exp(rng.normal(0.0, REVIEW_SD, count)),
            pace=np.exp(rng.normal(0.0, SECONDS_SD, count)),
            random=rng.random(count),
        )


class Truth:
    """The true memories; every array has shape (learners · items,), learner by learner."""

    def __init__(self, shape: Shape, rng: np.random.Generator, *, decay: float = WEIGHTS.decay):
        self.decay = np.repeat(decay * np.exp(rng.normal(0.2, DECAY_SD, shape[0])), shape[1])
        self.factor = np.asarray(0.9 ** (-1.0 / self.decay)) - 1.0
        self.start = np.exp(_draw_effects(rng, shape, LEARNER_START_SD, ITEM_START_SD))
        self.growth = np.exp(_draw_effects(rng, shape, LEARNER_GROWTH_SD, ITEM_GROWTH_SD))
        self.harder = _draw_effects(rng, shape, 0.0, DIFFICULTY_SD)
        self.seconds = DEFAULT_SECONDS * np.exp(
            _draw_effects(rng, shape, LEARNER_SECONDS_SD, ITEM_SECONDS_SD)
        )
        self.memories = Memories.blank(shape[0] * shape[1])

    def recall(self, at: int) -> FloatArray:
        """Return the true probability of recall of every item; 0 if it was never studied."""
        days = np.maximum(at - self.memories.at, 0) / DAY
        probability = (1.0 + self.factor * days / self.memories.stability) ** -self.decay
        return np.nan_to_num(probability, nan=0.0)

    def is_right(self, at: int, values: RandomValues) -> BoolArray:
        """Return whether a review of each item would succeed today."""
        is_new = np.isnan(self.memories.stability)
        right: BoolArray = values.luck < np.where(is_new, FIRST_CHANCE, self.recall(at))
        return right

    def review_seconds(self, is_right: BoolArray, values: RandomValues) -> FloatArray:
        """Return the seconds that a review of each item would take today."""
        return self.seconds * values.pace * np.where(is_right, 1.0, FAILURE_TAKES)

    def review(self, rows: IntArray, is_right: BoolArray, at: int, values: RandomValues) -> None:
        """Review these rows; no row may occur twice."""
        old = self.memories.take(rows)
        grade = np.where(is_right, Grade.CORRECT, Grade.INCORRECT)
        new = review_many(old, grade, np.full(len(rows), at))
        is_new, deviation = np.isnan(old.stability), values.growth[rows]
        grown = old.stability + (new.stability - old.stability) * self.growth[rows] * deviation
        stability = np.where(is_right, grown, new.stability * deviation)
        stability = np.where(is_new, new.stability * self.start[rows] * deviation, stability)
        difficulty = new.difficulty + np.where(is_new, self.harder[rows], 0.0)
        self.memories.put(
            rows,
            Memories(
                np.maximum(stability, MIN_TRUE_STABILITY),
                np.clip(difficulty, EASIEST, HARDEST),
                new.at,
            ),
        )


def _draw_effects(
    rng: np.random.Generator, shape: Shape, learner_sd: float, item_sd: float
) -> FloatArray:
    """Draw one number per learner and one per item; return the sums of all pairs."""
    learner, item = rng.normal(0.0, 1.0, shape[0]), rng.normal(0.0, 1.0, shape[1])
    return np.add.outer(learner_sd * learner, item_sd * item).ravel()
