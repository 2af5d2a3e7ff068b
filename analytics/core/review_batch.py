"""Many learners' reviews at a time: every memory and calibration they come to, in numpy.

Memories are of one learner and one item, so their steps go along each item's reviews; the
calibration is shared by a learner's items, so its steps go along all the learner's reviews.
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
    """Reviews of some learners, each learner's in order, all of shape (reviews,).

    Attributes
    ----------
    learner, memory : whose it is, and which memory of theirs it moves: a learner's of an item;
        numbered from 0 without gaps.
    grade : a `Grade`.
    at : microseconds since 1970 UTC, never going back within a learner.
    """

    learner: IntArray
    memory: IntArray
    grade: IntArray
    at: IntArray

    def __len__(self) -> int:
        return len(self.grade)


@dataclass(frozen=True, kw_only=True)
class ReviewResult:
    """What is remembered after the reviews.

    `memories` has shape (memories,), `calibrations` shape (learners,). `recall` is R just before
    each review, before it is calibrated, shape (reviews,): NaN before the first of an item.
    """

    memories: Memories
    calibrations: Calibrations
    recall: FloatArray


def replay_reviews(reviews: Reviews) -> ReviewResult:
    """Take the reviews from the beginning; the same as `reviewed` and `learned` one by one."""
    memories = Memories.blank(int(reviews.memory.max(initial=-1)) + 1)
    recall = np.empty(len(reviews))
    is_telling = np.zeros(len(reviews), dtype=np.bool_)
    for rows in steps(reviews.memory):
        moved, at = reviews.memory[rows], reviews.at[rows]
        before = memories.take(moved)
        recall[rows] = retrievabilities_at(before, at)
        is_telling[rows] = ~np.isnan(before.stability) & (at - before.at >= DAY)
        memories.put(moved, review_many(before, reviews.grade[rows], at))
    calibrations = Calibrations.begin(int(reviews.learner.max(initial=-1)) + 1)
    told = np.flatnonzero(is_telling)
    for place in _steps_of(reviews.learner[told]):
        rows = told[place]
        learner = reviews.learner[rows]
        scores = _SCORES[reviews.grade[rows]]
        calibrations.put(learner, update_many(calibrations.take(learner), recall[rows], scores))
    return ReviewResult(memories=memories, calibrations=calibrations, recall=recall)


def _steps_of(group: IntArray) -> list[IntArray]:
    """Return `steps` of groups that need not be numbered without gaps."""
    return list(steps(np.unique(group, return_inverse=True)[1]))
