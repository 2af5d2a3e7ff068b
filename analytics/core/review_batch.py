"""Batch replay of reviews: all memories and calibrations of many learners, in numpy.

A memory belongs to one learner and one item, so its steps run along the reviews of that item. The
calibration is shared by the items of a learner, so its steps run along all the learner's reviews.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core.calibration import Calibrations, update_many
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.memory import DAY, Grade, Memories, retrievabilities_at, review_many
from analytics.core.replay import steps

_SCORES = np.array([0.0, *(grade.score for grade in Grade)])


@dataclass(frozen=True, kw_only=True)
class Reviews:
    """Reviews of some learners, each learner's in temporal order; all shapes are (reviews,).

    Attributes
    ----------
    learner, memory : the learner, and the memory (of a learner and an item) that the review
        updates; each numbered from 0 without gaps.
    grade : a `Grade`.
    at : microseconds since 1970-01-01 UTC, never decreasing within a learner.
    """

    learner: IntArray
    memory: IntArray
    grade: IntArray
    at: IntArray

    def __len__(self) -> int:
        return len(self.grade)


@dataclass(frozen=True, kw_only=True)
class ReviewResult:
    """Memories and calibrations after the reviews.

    `memories` has shape (memories,), `calibrations` shape (learners,). `recall` is R just before
    each review, before calibration, shape (reviews,); NaN before the first review of an item.
    """

    memories: Memories
    calibrations: Calibrations
    recall: FloatArray


def replay_reviews(reviews: Reviews) -> ReviewResult:
    """Replay the reviews from the initial state.

    The result equals `memory.review` and `calibration.update` of one review after another.
    """
    memories = Memories.blank(int(reviews.memory.max(initial=-1)) + 1)
    recall = np.empty(len(reviews))
    updates_calibration = np.zeros(len(reviews), dtype=np.bool_)
    for rows in steps(reviews.memory):
        memory, at = reviews.memory[rows], reviews.at[rows]
        before = memories.take(memory)
        recall[rows] = retrievabilities_at(before, at)
        updates_calibration[rows] = ~np.isnan(before.stability) & (at - before.at >= DAY)
        memories.put(memory, review_many(before, reviews.grade[rows], at))
    calibrations = Calibrations.initial(int(reviews.learner.max(initial=-1)) + 1)
    calibrating = np.flatnonzero(updates_calibration)
    for step in _steps_with_gaps(reviews.learner[calibrating]):
        rows = calibrating[step]
        learner = reviews.learner[rows]
        scores = _SCORES[reviews.grade[rows]]
        calibrations.put(learner, update_many(calibrations.take(learner), recall[rows], scores))
    return ReviewResult(memories=memories, calibrations=calibrations, recall=recall)


def _steps_with_gaps(group: IntArray) -> list[IntArray]:
    """Return the `steps` of groups whose numbers may have gaps."""
    return list(steps(np.unique(group, return_inverse=True)[1]))
