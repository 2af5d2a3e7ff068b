"""Replay of all reviews of some learners, in numpy: the expected item memories."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
from analytics.rows import moment
from infra.db.columns import Array, read_columns, uuid_of

LearnerItem = tuple[UUID, UUID]
TOLERANCE = 1e-9
_COMPARED = tuple(name for name in ItemMemory.UPDATE_FIELDS if name != "due")


class Review(NamedTuple):
    """The columns of reviews, as from `read_columns`; shapes (reviews,)."""

    learner: Array
    item: Array
    grade: FloatArray
    at: IntArray
    score: FloatArray
    seconds: FloatArray
    is_study: FloatArray


@dataclass(frozen=True, kw_only=True)
class ReviewReplay:
    """The memories and recall models that result from some learners' reviews.

    Attributes
    ----------
    learners : row of each learner in `result.models`.
    names : learner and item of each memory in `result.memories` and in the arrays below, as 32
        bytes, sorted.
    reviews, score, seconds, timed, studied : as in `ItemMemory`, shape (memories,).
    """

    learners: dict[UUID, int]
    names: Array
    result: ReviewResult
    reviews: IntArray
    score: FloatArray
    seconds: FloatArray
    timed: IntArray
    studied: BoolArray

    @classmethod
    def replay(cls, reviews: Review) -> ReviewReplay:
        """Replay reviews from the beginning; each learner's are in order of time."""
        learners, learner = np.unique(reviews.learner, return_inverse=True)
        names, memory = np.unique(_names(reviews.learner, reviews.item), return_inverse=True)
        seconds, score = reviews.seconds, reviews.score
        result = replay_reviews(
            Reviews(
                learner=learner,
                memory=memory,
                grade=reviews.grade.astype(np.int64),
                at=reviews.at,
                seconds=seconds,
            ),
            with_served=False,
        )
        is_timed, count = ~np.isnan(seconds), len(names)
        return cls(
            learners={uuid_of(name): row for row, name in enumerate(learners.tolist())},
            names=names,
            result=result,
            reviews=np.bincount(memory, minlength=count),
            score=_sums(memory, score, count),
            seconds=_sums(memory[is_timed], seconds[is_timed], count),
            timed=np.bincount(memory[is_timed], minlength=count),
            studied=_sums(memory, reviews.is_study, count) > 0,
        )

    @cached_property
    def keys(self) -> dict[LearnerItem, int]:
        """Row of each memory, by learner and item."""
        return {_key(name): row for row, name in enumerate(self.names.tolist())}

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
        stored = read_columns(
            ItemMemory.objects.filter(learner__in=learner_ids), "learner", "item", *_COMPARED
        )
        found = _names(stored["learner"], stored["item"])
        selected = np.array([pk.bytes for pk in learner_ids], dtype="S16")
        owners = self.names.view("S16").reshape(-1, 2)[:, 0]
        expected = self.names[np.isin(owners, selected)]
        yield from (
            (_key(name), "memory", "there", None)
            for name in np.setdiff1d(found, self.names).tolist()
        )
        yield from (
            (_key(name), "memory", None, "there") for name in np.setdiff1d(expected, found).tolist()
        )
        both = np.flatnonzero(np.isin(found, self.names))
        rows = np.searchsorted(self.names, found[both])
        for name, (expected_column, tolerances) in zip(
            _COMPARED, self._expected_columns(rows), strict=True
        ):
            stored_column = stored[name][both]
            is_equal = np.abs(stored_column - expected_column) <= tolerances
            is_equal |= np.isnan(stored_column) & np.isnan(expected_column)
            for index in np.flatnonzero(~is_equal):
                key = _key(found[both[index]])
                yield key, name, stored_column[index], expected_column[index]

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


def _names(learner: Array, item: Array) -> Array:
    """Return learner and item as 32 bytes, shape (rows,)."""
    return np.stack([learner, item], axis=1).view("S32").ravel()


def _key(name: bytes) -> LearnerItem:
    name = name.ljust(32, b"\0")
    return uuid_of(name[:16]), uuid_of(name[16:])
