"""The equations of FSRS-6: what a review does to the stability and difficulty of a memory.

Free Spaced Repetition Scheduler (open-spaced-repetition; Ye, Su & Cao 2022), version 6, with its
published default weights. Each equation is written once, for a float and for an array alike:
stability S > 0 in days, difficulty D in [1, 10], recall R in (0, 1], and grades from 1
(incorrect) over 2 (hard) and 3 (correct) to 4 (easy). Nothing is checked here, and NaN spreads.
"""

from __future__ import annotations

from math import e
from typing import NamedTuple

from analytics.core.logistic import Number

DEFAULT_RETENTION = 0.9  # at which stability is defined


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
        return float(DEFAULT_RETENTION ** (-1.0 / self.decay)) - 1.0


WEIGHTS = Weights()


def initial_difficulty(grade: Number, w: Weights) -> Number:
    """Return D after the first review; it may lie outside [1, 10]."""
    difficulty: Number = w.first_difficulty - e ** (w.first_ease * (grade - 1.0)) + 1.0
    return difficulty


def next_difficulty(difficulty: Number, grade: Number, w: Weights) -> Number:
    """Return D after another review; it may lie outside [1, 10].

    The step is damped towards 10, and the whole reverts a little to where easy items begin.
    """
    step = -w.difficulty_step * (grade - 3.0) * (10.0 - difficulty) / 9.0
    easiest = initial_difficulty(4.0, w)
    moved: Number = w.reversion * easiest + (1.0 - w.reversion) * (difficulty + step)
    return moved


def same_day_gain(stability: Number, grade: Number, w: Weights) -> Number:
    """Return by what a review within a day of the last multiplies S; successes at least by 1."""
    gain: Number = e ** (w.same_day_gain * (grade - 3.0 + w.same_day_shift)) * (
        stability**-w.same_day_saturation
    )
    return gain


def stability_after_recall(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    """Return by how many times itself a success makes S grow, before hard and easy count."""
    gain: Number = (
        e**w.recall_gain
        * (11.0 - difficulty)
        * stability**-w.recall_saturation
        * (e ** ((1.0 - r) * w.recall_surprise) - 1.0)
    )
    return gain


def stability_after_lapse(stability: Number, difficulty: Number, r: Number, w: Weights) -> Number:
    """Return S after a failure, which `max_stability_after_lapse` bounds."""
    left: Number = (
        w.lapse_scale
        * difficulty**-w.lapse_difficulty
        * ((stability + 1.0) ** w.lapse_stability - 1.0)
        * e ** ((1.0 - r) * w.lapse_surprise)
    )
    return left


def max_stability_after_lapse(stability: Number, w: Weights) -> Number:
    """Return the most S may be after a failure."""
    most: Number = stability / e ** (w.same_day_gain * w.same_day_shift)
    return most
