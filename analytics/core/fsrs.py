"""The equations of FSRS-6: the effect of a review on the stability and difficulty of a memory.

Free Spaced Repetition Scheduler (open-spaced-repetition; Ye, Su & Cao 2022), version 6, with its
published default weights. Each equation is written once, for floats and arrays alike: stability
S > 0 in days, difficulty D in [1, 10], retrievability R in (0, 1], and grades 1 (incorrect), 2
(hard), 3 (correct) and 4 (easy). Arguments are not validated; NaN propagates.
"""

from __future__ import annotations

from math import e
from typing import NamedTuple

from analytics.core.logistic import Number

DEFAULT_RETENTION = 0.9  # R after S days, by the definition of stability


class Weights(NamedTuple):
    """The weights w0 to w20 of FSRS-6, in order."""

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
        """The factor f of the forgetting curve; with it R is .9 after S days."""
        return float(DEFAULT_RETENTION ** (-1.0 / self.decay)) - 1.0


WEIGHTS = Weights()


def initial_difficulty(grade: Number, w: Weights) -> Number:
    """Return D after the first review, not clipped to [1, 10]."""
    difficulty: Number = w.first_difficulty - e ** (w.first_ease * (grade - 1.0)) + 1.0
    return difficulty


def next_difficulty(difficulty: Number, grade: Number, w: Weights) -> Number:
    """Return D after a later review, not clipped to [1, 10].

    The change is damped linearly as D approaches 10; the result reverts slightly to the initial
    difficulty of easy items.
    """
    step = -w.difficulty_step * (grade - 3.0) * (10.0 - difficulty) / 9.0
    initial_easy = initial_difficulty(4.0, w)
    moved: Number = w.reversion * initial_easy + (1.0 - w.reversion) * (difficulty + step)
    return moved


def same_day_gain(stability: Number, grade: Number, w: Weights) -> Number:
    """Return the factor of S for a review within a day of the previous one.

    The caller raises it to at least 1 for successful reviews.
    """
    gain: Number = e ** (w.same_day_gain * (grade - 3.0 + w.same_day_shift)) * (
        stability**-w.same_day_saturation
    )
    return gain


def growth_after_recall(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    """Return the relative growth of S after a success, before the factors for hard and easy.

    The new stability is S (1 + growth · factor).
    """
    gain: Number = (
        e**w.recall_gain
        * (11.0 - difficulty)
        * stability**-w.recall_saturation
        * (e ** ((1.0 - r) * w.recall_surprise) - 1.0)
    )
    return gain


def stability_after_lapse(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    """Return S after a failure; the caller bounds it by `max_stability_after_lapse`."""
    after: Number = (
        w.lapse_scale
        * difficulty**-w.lapse_difficulty
        * ((stability + 1.0) ** w.lapse_stability - 1.0)
        * e ** ((1.0 - r) * w.lapse_surprise)
    )
    return after


def max_stability_after_lapse(stability: Number, w: Weights) -> Number:
    """Return the upper bound of S after a failure."""
    bound: Number = stability / e ** (w.same_day_gain * w.same_day_shift)
    return bound
