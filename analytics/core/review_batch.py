"""Batch replay of reviews: all memories and recall models of many learners, in numpy.

A memory belongs to one learner and one item, so its steps run along the reviews of that item. The
recall model is shared by the items of a learner, so its steps run along all the learner's reviews.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.core import recall
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.memory import DAY, Grade, Memories, due_many, retrievabilities_at, review_many
from analytics.core.recall import Practice, RecallModel
from analytics.core.steps import steps

# Memories whose due times are computed at once: each needs its learner's covariance matrix.
BLOCK = 10_000
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
    seconds : duration of the review; NaN if unknown.
    """

    learner: IntArray
    memory: IntArray
    grade: IntArray
    at: IntArray
    seconds: FloatArray

    def __len__(self) -> int:
        return len(self.grade)


@dataclass(frozen=True, kw_only=True)
class ReviewResult:
    """Memories and recall models after the reviews.

    `memories`, `practice` and `owner` (the learner's number) have shape (memories,), `models` has
    shape (learners,). `recall` is R just before each review, and `served` the recall probability
    served then, shape (reviews,); NaN where the item had no review, for `served` within a day.
    """

    memories: Memories
    practice: Practice
    owner: IntArray
    models: RecallModel
    recall: FloatArray
    served: FloatArray

    def due(self) -> IntArray:
        """Return when each memory is due, in microseconds: (memories,)."""
        due = np.empty(len(self.owner), dtype=np.int64)
        for start in range(0, len(due), BLOCK):
            rows = np.arange(start, min(start + BLOCK, len(due)))
            models = self.models.take(self.owner[rows])
            due[rows] = due_many(self.memories.take(rows), self.practice.take(rows), models)
        return due


def replay_reviews(reviews: Reviews, *, with_served: bool = True) -> ReviewResult:
    """Replay the reviews from the initial state.

    The result equals `memory.learn` of one review after another. Without `with_served`, `served` is
    NaN.
    """
    count = int(reviews.memory.max(initial=-1)) + 1
    memories, practice = Memories.blank(count), Practice.blank(count)
    owner = np.zeros(count, dtype=np.int64)
    owner[reviews.memory] = reviews.learner
    r = np.empty(len(reviews))
    x = np.empty((len(reviews), recall.INPUTS))
    is_telling = np.zeros(len(reviews), dtype=np.bool_)
    for rows in steps(reviews.memory):
        memory, at = reviews.memory[rows], reviews.at[rows]
        before, practised = memories.take(memory), practice.take(memory)
        r[rows] = retrievabilities_at(before, at)
        x[rows] = recall.inputs(r[rows], before.stability, before.difficulty, practised)
        is_telling[rows] = ~np.isnan(before.stability) & (at - before.at >= DAY)
        memories.put(memory, review_many(before, reviews.grade[rows], at))
        practice.put(memory, practised.after(_SCORES[reviews.grade[rows]], reviews.seconds[rows]))
    models = RecallModel.initial(int(reviews.learner.max(initial=-1)) + 1)
    served = np.full(len(reviews), np.nan)
    telling = np.flatnonzero(is_telling)
    for step in _steps_with_gaps(reviews.learner[telling]):
        rows = telling[step]
        learner = reviews.learner[rows]
        model = models.take(learner)
        if with_served:
            served[rows] = recall.predict(model, x[rows])
        models.put(learner, recall.update(model, x[rows], _SCORES[reviews.grade[rows]]))
    return ReviewResult(
        memories=memories, practice=practice, owner=owner, models=models, recall=r, served=served
    )


def _steps_with_gaps(group: IntArray) -> list[IntArray]:
    """Return the `steps` of groups whose numbers may have gaps."""
    return list(steps(np.unique(group, return_inverse=True)[1]))
