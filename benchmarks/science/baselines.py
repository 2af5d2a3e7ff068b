"""Other models of recall, as published: what FSRS-6 has to be better than.

- SM-2 (Wozniak 1990), taken to recall .9 at its interval and to forget exponentially, as
  open-spaced-repetition's benchmark takes it.
- Half-life regression (Settles & Meeder 2016): p = 2^(-t/h), h = 2^(b + r sqrt(right) +
  w sqrt(wrong)), within their bounds, with the weights which that benchmark starts from.
- The running mean: how many of the learner's reviews so far succeeded.

SM-2 and half-life regression know whole days only: they take the first review of an item, and
those a day or more after the item's last one.
"""

from __future__ import annotations

import numpy as np

from analytics.core.fsrs import DEFAULT_RETENTION
from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY
from analytics.core.replay import steps
from analytics.core.review_batch import Reviews
from benchmarks.science.anki import succeeded
from benchmarks.science.sm2 import Schedules

BIAS, RIGHT, WRONG = 2.7245, 2.5819, -0.8674
MIN_HALF_LIFE, MAX_HALF_LIFE = 15.0 / (24.0 * 60.0), 274.0  # days


def days_between(reviews: Reviews) -> FloatArray:
    """Return how many days ago each item was last reviewed, before each review; NaN at first."""
    days = np.full(len(reviews), np.nan)
    last = np.full(int(reviews.memory.max()) + 1, -1, np.int64)
    for rows in steps(reviews.memory):
        before = last[reviews.memory[rows]]
        gone = (reviews.at[rows] - reviews.at[before]) / DAY
        days[rows] = np.where(before >= 0, gone, np.nan)
        last[reviews.memory[rows]] = rows
    return days


def by_sm2(reviews: Reviews) -> FloatArray:
    """Return the probability of recall before each review, by SM-2; NaN at first."""
    days, chance = days_between(reviews), np.full(len(reviews), np.nan)
    schedules = Schedules.blank(int(reviews.memory.max()) + 1)
    for rows in steps(reviews.memory):
        items = reviews.memory[rows]
        chance[rows] = DEFAULT_RETENTION ** (
            days[rows] / np.maximum(schedules.interval[items], 1.0)
        )
        counted = rows[~(days[rows] < 1.0)]
        schedules.review(reviews.memory[counted], reviews.grade[counted])
    return chance


def by_half_life(reviews: Reviews) -> FloatArray:
    """Return the probability of recall before each review, by half-life regression."""
    days, chance = days_between(reviews), np.full(len(reviews), np.nan)
    score = succeeded(reviews)
    right, wrong = np.zeros((2, int(reviews.memory.max()) + 1))
    for rows in steps(reviews.memory):
        items = reviews.memory[rows]
        half_life = 2.0 ** (BIAS + RIGHT * np.sqrt(right[items]) + WRONG * np.sqrt(wrong[items]))
        half_life = np.clip(half_life, MIN_HALF_LIFE, MAX_HALF_LIFE)
        chance[rows] = 2.0 ** (-days[rows] / half_life)
        counted = rows[~(days[rows] < 1.0)]
        right[reviews.memory[counted]] += score[counted]
        wrong[reviews.memory[counted]] += 1.0 - score[counted]
    return chance


def running_mean(right: FloatArray) -> FloatArray:
    """Return the share of successes before each review, one of each assumed at first."""
    count = np.arange(len(right))
    return (np.cumsum(right) - right + 1.0) / (count + 2.0)
