"""Changes of the level within a week of many learners at once, over all skills of each.

The equations are those of `velocity.level_change` and `velocity.pooled_change`; tests hold the two
equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.core import trajectory_codec
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.trajectory_codec import Columns
from analytics.core.velocity import ERRORS, SLOTS, WEEK


@dataclass(frozen=True, kw_only=True)
class WeeklyChanges:
    """The change of each learner's level from the week before to the last week.

    Arrays of shape (learners,); without answers at one skill in both weeks all values are 0.
    """

    change: FloatArray
    variance: FloatArray
    weight: FloatArray

    @property
    def is_measured(self) -> BoolArray:
        """Whether a learner has a skill with answers in both weeks."""
        measured: BoolArray = self.weight > 0
        return measured

    @property
    def is_rise(self) -> BoolArray:
        """Whether the level has risen by more than chance: `Trend.ACCELERATING`."""
        risen: BoolArray = self.change > ERRORS * np.sqrt(self.variance)
        return risen


def weekly_changes(
    records: Sequence[bytes], learner: IntArray, *, learners: int, day: float
) -> WeeklyChanges:
    """Return the change of each learner's level within the week that ends today.

    Parameters
    ----------
    records : packed trajectories of skill states.
    learner : number of the learner of each trajectory, from 0; shape (records,).
    learners : number of learners.
    day : today, in days since 1970-01-01 UTC.

    Raises
    ------
    UnreadableRecord : a record has another length.
    """
    columns = trajectory_codec.columns(trajectory_codec.unchecked_table(records))
    change, variance, weight = _level_changes(columns, day)
    total = _sums(learner, weight, learners)
    share = weight / np.maximum(total, 1e-300)[learner]
    return WeeklyChanges(
        change=_sums(learner, share * change, learners),
        variance=_sums(learner, share**2 * variance, learners),
        weight=total,
    )


def _sums(learner: IntArray, values: FloatArray, learners: int) -> FloatArray:
    """Return the sum of the values of each learner, shape (learners,)."""
    return np.bincount(learner, weights=values, minlength=learners).astype(np.float64)


def _level_changes(columns: Columns, day: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the change of each level, its variance and its weight; shape (trajectories,)."""
    last = np.floor(columns.day)
    ago = np.maximum(np.floor(day), last) - last + (last - np.arange(SLOTS)[:, None]) % SLOTS
    is_recent, is_earlier = ago < WEEK, (ago >= WEEK) & (ago < SLOTS)
    n = (columns.day_answers * is_recent).sum(axis=0)
    m = (columns.day_answers * is_earlier).sum(axis=0)
    score = (columns.day_scores * is_recent).sum(axis=0)
    score_before = (columns.day_scores * is_earlier).sum(axis=0)
    is_measured = (n > 0) & (m > 0)
    # Where one week has no answers, all values are replaced by 0.
    n, m = np.where(is_measured, n, 1.0), np.where(is_measured, m, 1.0)
    mean = np.clip((score + score_before + 1.0) / (n + m + 2.0), 0.0, 1.0)
    change = score / n - score_before / m
    variance = mean * (1.0 - mean) * (1.0 / n + 1.0 / m)
    weight = n * m / (n + m)
    return change * is_measured, variance * is_measured, weight * is_measured
