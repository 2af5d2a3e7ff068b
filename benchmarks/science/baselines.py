"""Other published models of recall, which FSRS-6 has to outperform.

- SM-2 (Wozniak 1990), assumed to have recall .9 at its interval and to forget exponentially, as in
  open-spaced-repetition's benchmark.
- Half-life regression (Settles & Meeder 2016): p = 2^(-t/h), h = 2^(b + r sqrt(right) +
  w sqrt(wrong)), within their bounds, with the weights from which that benchmark starts.
- The running mean: the share of the learner's reviews so far that succeeded.

SM-2 and half-life regression know whole days only: they use the first review of an item, and
those a day or more after the item's last one.
"""

from __future__ import annotations

import numpy as np

from analytics.core.fsrs import DEFAULT_RETENTION
from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY
from analytics.core.review_batch import Reviews
from analytics.core.steps import steps
from benchmarks.science.anki import succeeded
from benchmarks.science.sm2 import Schedules

BIAS, RIGHT, WRONG = 2.7245, 2.5819, -0.8674
MIN_HALF_LIFE, MAX_HALF_LIFE = 15.0 / (24.0 * 60.0), 274.0  # days


def days_between(reviews: Reviews) -> FloatArray:
    """Return the days since the last review of the item, before each review; NaN if first."""
    days = np.full(len(reviews), np.nan)
    last = np.full(int(reviews.memory.max()) + 1, -1, np.int64)
    for rows in steps(reviews.memory):
        before = last[reviews.memory[rows]]
        elapsed = (reviews.at[rows] - reviews.at[before]) / DAY
        days[rows] = np.where(before >= 0, elapsed, np.nan)
        last[reviews.memory[rows]] = rows
    return days


def by_sm2(reviews: Reviews) -> FloatArray:
    """Return the probability of recall before each review, by SM-2; NaN if first."""
    days, recall = days_between(reviews), np.full(len(reviews), np.nan)
    schedules = Schedules.blank(int(reviews.memory.max()) + 1)
    for rows in steps(reviews.memory):
        items = reviews.memory[rows]
        recall[rows] = DEFAULT_RETENTION ** (
            days[rows] / np.maximum(schedules.interval[items], 1.0)
        )
        counted = rows[~(days[rows] < 1.0)]
        schedules.review(reviews.memory[counted], reviews.grade[counted])
    return recall


def by_half_life(reviews: Reviews) -> FloatArray:
    """Return the recall probability by half-life regression before each review; NaN if first."""
    days, recall = days_between(reviews), np.full(len(reviews), np.nan)
    score = succeeded(reviews)
    right, wrong = np.zeros((2, int(reviews.memory.max()) + 1))
    for rows in steps(reviews.memory):
        items = reviews.memory[rows]
        half_life = 2.0 ** (BIAS + RIGHT * np.sqrt(right[items]) + WRONG * np.sqrt(wrong[items]))
        half_life = np.clip(half_life, MIN_HALF_LIFE, MAX_HALF_LIFE)
        recall[rows] = 2.0 ** (-days[rows] / half_life)
        counted = rows[~(days[rows] < 1.0)]
        right[reviews.memory[counted]] += score[counted]
        wrong[reviews.memory[counted]] += 1.0 - score[counted]
    return recall


def running_mean(right: FloatArray) -> FloatArray:
    """Return the share of successes before each review, with one success and one failure added."""
    count = np.arange(len(right))
    return (np.cumsum(right) - right + 1.0) / (count + 2.0)
