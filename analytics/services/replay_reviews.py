"""Taking all of some learners' reviews again, in numpy: what they should remember."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import numpy as np

from analytics.core.calibration import UNCALIBRATED, Calibration
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.memory import DAY, due_many
from analytics.core.review_batch import ReviewResult, Reviews, replay_reviews
from analytics.models import ItemMemory
from analytics.rows import microseconds, moment

LearnerItem = tuple[UUID, UUID]
TOLERANCE = 1e-9


class Review(NamedTuple):
    """One review as it stands in an event."""

    learner_id: UUID
    item_id: UUID
    grade: int
    at: int
    score: float
    seconds: float | None
    is_study: bool


@dataclass(frozen=True, kw_only=True)
class ReviewReplay:
    """What some learners' reviews come to.

    Attributes
    ----------
    learners : row of each learner among the calibrations of `remembered`.
    keys : row of each memory, by learner and item, among its memories and in what follows.
    due : microseconds since 1970 UTC, shape (memories,).
    reviews, score, seconds, timed, studied : as of `ItemMemory`, shape (memories,).
    """

    learners: dict[UUID, int]
    keys: dict[LearnerItem, int]
    result: ReviewResult
    due: IntArray
    reviews: IntArray
    score: FloatArray
    seconds: FloatArray
    timed: IntArray
    studied: BoolArray

    @classmethod
    def replay(cls, reviews: Sequence[Review]) -> ReviewReplay:
        """Take reviews from the beginning, each learner's in order."""
        learners: dict[UUID, int] = {}
        keys: dict[LearnerItem, int] = {}
        whose = [learners.setdefault(review.learner_id, len(learners)) for review in reviews]
        which = [
            keys.setdefault((review.learner_id, review.item_id), len(keys)) for review in reviews
        ]
        memory = np.array(which, dtype=np.int64)
        seconds = np.array([review.seconds for review in reviews], dtype=np.float64)
        remembered = replay_reviews(
            Reviews(
                learner=np.array(whose, dtype=np.int64),
                memory=memory,
                grade=np.array([review.grade for review in reviews], dtype=np.int64),
                at=np.array([review.at for review in reviews], dtype=np.int64),
            )
        )
        is_timed = ~np.isnan(seconds)
        scores = np.array([review.score for review in reviews], dtype=np.float64)
        return cls(
            learners=learners,
            keys=keys,
            result=remembered,
            due=due_many(remembered.memories),
            reviews=np.bincount(memory, minlength=len(keys)),
            score=_sums(memory, scores, len(keys)),
            seconds=_sums(memory[is_timed], seconds[is_timed], len(keys)),
            timed=np.bincount(memory[is_timed], minlength=len(keys)),
            studied=np.bincount(
                memory, [review.is_study for review in reviews], minlength=len(keys)
            )
            > 0,
        )

    def calibration(self, learner_id: UUID) -> Calibration:
        """Return how well the memory model knows a learner."""
        row = self.learners.get(learner_id)
        if row is None:
            return UNCALIBRATED
        return Calibration(*(float(column[row]) for column in self.result.calibrations))

    def memory(self, key: LearnerItem) -> ItemMemory:
        """Return what a learner remembers of an item, as a row."""
        row, memories = self.keys[key], self.result.memories
        return ItemMemory(
            learner_id=key[0],
            item_id=key[1],
            stability=float(memories.stability[row]),
            difficulty=float(memories.difficulty[row]),
            last_review=moment(int(memories.at[row])),
            due=moment(int(self.due[row])),
            reviews=int(self.reviews[row]),
            score=float(self.score[row]),
            seconds=float(self.seconds[row]),
            timed=int(self.timed[row]),
            studied=bool(self.studied[row]),
        )

    def differences(
        self, learner_ids: Collection[UUID]
    ) -> Iterator[tuple[LearnerItem, str, object, object]]:
        """Yield each value stored of these learners that is another.

        Which memory's it is, its name, what is stored and what is expected; times in
        microseconds.
        """
        among = set(learner_ids)
        missing = {key: row for key, row in self.keys.items() if key[0] in among}
        rows: list[int] = []
        stored: list[tuple[float, ...]] = []
        keys: list[LearnerItem] = []
        for key, values in _stored(among):
            row = missing.pop(key, None)
            if row is None:
                yield key, "memory", "there", None
                continue
            keys.append(key)
            rows.append(row)
            stored.append(values)
        yield from ((key, "memory", None, "there") for key in missing)
        places = np.array(rows, dtype=np.int64)
        table = np.array(stored, dtype=np.float64).reshape(-1, len(ItemMemory.UPDATE_FIELDS)).T
        for name, there, (right, most) in zip(
            ItemMemory.UPDATE_FIELDS, table, self._columns(places), strict=True
        ):
            for place in np.flatnonzero(~(np.abs(there - right) <= most)):
                yield keys[place], name, there[place], right[place]

    def _columns(self, rows: IntArray) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield what is expected of each column of `UPDATE_FIELDS`, and how far off floats may be.

        Stabilities have no bound, so large ones may be off by more, and when they are due too.
        """
        memories = self.result.memories
        stability = memories.stability[rows]
        loose = TOLERANCE * np.maximum(1.0, stability)
        exact, tight = np.zeros(len(rows)), np.full(len(rows), TOLERANCE)
        yield stability, loose
        yield memories.difficulty[rows], tight
        yield memories.at[rows].astype(np.float64), exact
        yield self.due[rows].astype(np.float64), loose * DAY + 1.0
        yield self.reviews[rows].astype(np.float64), exact
        yield self.score[rows], tight
        yield self.seconds[rows], tight
        yield self.timed[rows].astype(np.float64), exact
        yield self.studied[rows].astype(np.float64), exact


def _sums(rows: IntArray, values: FloatArray, count: int) -> FloatArray:
    sums: FloatArray = np.bincount(rows, values, minlength=count).astype(np.float64)
    return sums


def _stored(learner_ids: Collection[UUID]) -> Iterator[tuple[LearnerItem, tuple[float, ...]]]:
    memories = ItemMemory.objects.filter(learner__in=learner_ids)
    for learner, item, stability, difficulty, last, due, *rest in memories.values_list(
        "learner", "item", *ItemMemory.UPDATE_FIELDS
    ).iterator(chunk_size=2000):
        times = microseconds(last), microseconds(due)
        yield (learner, item), (stability, difficulty, *times, *rest)
