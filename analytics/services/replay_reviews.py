"""Replay of all reviews of some learners, in numpy: the expected item memories."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import NamedTuple
from uuid import UUID

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.recall import INITIAL, RecallModel
from analytics.core.review_batch import ReviewResult, Reviews, replay_reviews
from analytics.models import ItemMemory
from analytics.rows import microseconds, moment

LearnerItem = tuple[UUID, UUID]
TOLERANCE = 1e-9
_COMPARED = tuple(name for name in ItemMemory.UPDATE_FIELDS if name != "due")


class Review(NamedTuple):
    """One review, as stored in an event."""

    learner_id: UUID
    item_id: UUID
    grade: int
    at: int
    score: float
    seconds: float | None
    is_study: bool


@dataclass(frozen=True, kw_only=True)
class ReviewReplay:
    """The memories and recall models that result from some learners' reviews.

    Attributes
    ----------
    learners : row of each learner in `result.models`.
    keys : row of each memory, by learner and item, in `result.memories` and in the arrays below.
    reviews, score, seconds, timed, studied : as in `ItemMemory`, shape (memories,).
    """

    learners: dict[UUID, int]
    keys: dict[LearnerItem, int]
    result: ReviewResult
    reviews: IntArray
    score: FloatArray
    seconds: FloatArray
    timed: IntArray
    studied: BoolArray

    @classmethod
    def replay(cls, reviews: Sequence[Review]) -> ReviewReplay:
        """Replay reviews from the beginning; each learner's are in order of time."""
        learners: dict[UUID, int] = {}
        keys: dict[LearnerItem, int] = {}
        learner_rows = [learners.setdefault(review.learner_id, len(learners)) for review in reviews]
        memory_rows = [
            keys.setdefault((review.learner_id, review.item_id), len(keys)) for review in reviews
        ]
        memory = np.array(memory_rows, dtype=np.int64)
        seconds = np.array([review.seconds for review in reviews], dtype=np.float64)
        result = replay_reviews(
            Reviews(
                learner=np.array(learner_rows, dtype=np.int64),
                memory=memory,
                grade=np.array([review.grade for review in reviews], dtype=np.int64),
                at=np.array([review.at for review in reviews], dtype=np.int64),
                seconds=seconds,
            )
        )
        is_timed = ~np.isnan(seconds)
        scores = np.array([review.score for review in reviews], dtype=np.float64)
        return cls(
            learners=learners,
            keys=keys,
            result=result,
            reviews=np.bincount(memory, minlength=len(keys)),
            score=_sums(memory, scores, len(keys)),
            seconds=_sums(memory[is_timed], seconds[is_timed], len(keys)),
            timed=np.bincount(memory[is_timed], minlength=len(keys)),
            studied=np.bincount(
                memory, [review.is_study for review in reviews], minlength=len(keys)
            )
            > 0,
        )

    @cached_property
    def due(self) -> IntArray:
        """Due time of each memory, in microseconds since 1970 UTC: (memories,).

        It is computed when a memory is saved, not for a comparison.
        """
        return self.result.due()

    def recall_model(self, learner_id: UUID) -> RecallModel:
        """Return a learner's recall model."""
        row = self.learners.get(learner_id)
        return INITIAL if row is None else self.result.models.take(row)

    def memory(self, key: LearnerItem) -> ItemMemory:
        """Return a learner's memory of an item, as a row."""
        row, memories = self.keys[key], self.result.memories
        _, lapses, last_score, last_seconds = (
            float(np.asarray(column)[row]) for column in self.result.practice
        )
        return ItemMemory(
            learner_id=key[0],
            item_id=key[1],
            stability=float(memories.stability[row]),
            difficulty=float(memories.difficulty[row]),
            last_review=moment(int(memories.at[row])),
            due=moment(int(self.due[row])),
            reviews=int(self.reviews[row]),
            lapses=lapses,
            last_score=last_score,
            last_seconds=None if isnan(last_seconds) else last_seconds,
            score=float(self.score[row]),
            seconds=float(self.seconds[row]),
            timed=int(self.timed[row]),
            studied=bool(self.studied[row]),
        )

    def differences(
        self, learner_ids: Collection[UUID]
    ) -> Iterator[tuple[LearnerItem, str, object, object]]:
        """Yield each stored value of these learners that differs from the replayed one.

        Each is the key of the memory, the name of the value, the stored and the expected value;
        times are in microseconds. Due times are left out: a job updates them.
        """
        selected = set(learner_ids)
        missing = {key: row for key, row in self.keys.items() if key[0] in selected}
        rows: list[int] = []
        stored: list[tuple[float, ...]] = []
        keys: list[LearnerItem] = []
        for key, values in _read_memories(selected):
            row = missing.pop(key, None)
            if row is None:
                yield key, "memory", "there", None
                continue
            keys.append(key)
            rows.append(row)
            stored.append(values)
        yield from ((key, "memory", None, "there") for key in missing)
        row_numbers = np.array(rows, dtype=np.int64)
        table = np.array(stored, dtype=np.float64).reshape(-1, len(_COMPARED)).T
        for name, stored_column, (expected_column, tolerances) in zip(
            _COMPARED, table, self._expected_columns(row_numbers), strict=True
        ):
            is_equal = np.abs(stored_column - expected_column) <= tolerances
            is_equal |= np.isnan(stored_column) & np.isnan(expected_column)
            for index in np.flatnonzero(~is_equal):
                yield keys[index], name, stored_column[index], expected_column[index]

    def _expected_columns(self, rows: IntArray) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield the expected values of each compared column, and their tolerances.

        Stabilities are unbounded, so large ones have larger tolerances.
        """
        memories, practice = self.result.memories, self.result.practice.take(rows)
        stability = memories.stability[rows]
        loose = TOLERANCE * np.maximum(1.0, stability)
        exact, tight = np.zeros(len(rows)), np.full(len(rows), TOLERANCE)
        yield stability, loose
        yield memories.difficulty[rows], tight
        yield memories.at[rows].astype(np.float64), exact
        yield self.reviews[rows].astype(np.float64), exact
        yield np.asarray(practice.lapses), tight
        yield np.asarray(practice.last_score), exact
        yield np.asarray(practice.last_seconds), tight
        yield self.score[rows], tight
        yield self.seconds[rows], tight
        yield self.timed[rows].astype(np.float64), exact
        yield self.studied[rows].astype(np.float64), exact


def _sums(rows: IntArray, values: FloatArray, count: int) -> FloatArray:
    sums: FloatArray = np.bincount(rows, values, minlength=count).astype(np.float64)
    return sums


def _read_memories(
    learner_ids: Collection[UUID],
) -> Iterator[tuple[LearnerItem, tuple[float, ...]]]:
    memories = ItemMemory.objects.filter(learner__in=learner_ids)
    for learner, item, stability, difficulty, last, *rest in memories.values_list(
        "learner", "item", *_COMPARED
    ).iterator(chunk_size=2000):
        yield (learner, item), (stability, difficulty, microseconds(last), *rest)
