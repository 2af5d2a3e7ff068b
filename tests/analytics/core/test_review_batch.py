"""A batch of reviews equals single reviews one after another: learning-science 5."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.calibration import UNCALIBRATED, Calibration, update
from analytics.core.memory import DAY, Grade, Memory, retrievability_at, review
from analytics.core.review_batch import Reviews, replay_reviews

LEARNERS, ITEMS = 3, 4
START = 20_000 * DAY
GAP = st.sampled_from([0, 1, DAY // 2, DAY - 1, DAY, DAY + 1]) | st.integers(0, 90 * DAY)
REVIEW = st.tuples(
    st.integers(0, LEARNERS - 1), st.integers(0, ITEMS - 1), st.sampled_from(Grade), GAP
)
Review = tuple[int, int, Grade, int]


@given(st.lists(REVIEW, max_size=60))
def test_a_batch_equals_single_reviews(given_reviews: list[Review]):
    expected = one_at_a_time(given_reviews)

    replayed = replay_reviews(reviews(given_reviews))

    for row, memory in enumerate(expected.memories):
        assert [column[row] for column in replayed.memories] == pytest.approx(
            list(memory), rel=1e-9
        )
    for row, calibration in enumerate(expected.calibrations):
        mine = [column[row] for column in replayed.calibrations]
        assert mine == pytest.approx(list(calibration), rel=1e-9, abs=1e-9)
    assert replayed.recall.tolist() == pytest.approx(expected.recall, rel=1e-9, nan_ok=True)


@given(st.lists(REVIEW, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_among_learners_does_not_matter(given_reviews: list[Review], random):
    """Each learner's reviews keep their order and move only that learner's memories."""
    given_reviews = [*((n, 0, Grade.CORRECT, 0) for n in range(LEARNERS)), *given_reviews]
    times = np.cumsum([gap for *_, gap in given_reviews])
    turns = [learner for learner, *_ in given_reviews]
    random.shuffle(turns)
    left = {n: [i for i, r in enumerate(given_reviews) if r[0] == n] for n in range(LEARNERS)}
    shuffled = [left[learner].pop(0) for learner in turns]
    one = reviews(given_reviews)

    replayed = replay_reviews(one)
    other = replay_reviews(
        Reviews(
            learner=one.learner[shuffled],
            memory=one.memory[shuffled],
            grade=one.grade[shuffled],
            at=START + times[shuffled],
        )
    )

    assert [column.tolist() for column in replayed.memories] == [
        column.tolist() for column in other.memories
    ]
    assert [column.tolist() for column in replayed.calibrations] == [
        column.tolist() for column in other.calibrations
    ]


def test_only_reviews_a_day_or_more_apart_move_the_calibration():
    """learning-science 5: one step per review at least a day after the previous one."""

    def offset(gap: int) -> float:
        given_reviews = [(0, 0, Grade.CORRECT, 0), (0, 0, Grade.INCORRECT, gap)]
        return float(replay_reviews(reviews(given_reviews)).calibrations.offset[0])

    assert offset(DAY - 1) == UNCALIBRATED.offset
    assert offset(DAY) < UNCALIBRATED.offset


def test_recall_is_nan_before_the_first_review():
    replayed = replay_reviews(reviews([(0, 0, Grade.CORRECT, 0), (0, 0, Grade.CORRECT, DAY)]))

    assert isnan(replayed.recall[0])
    assert 0.8 < replayed.recall[1] < 1


def test_no_reviews_give_empty_arrays():
    replayed = replay_reviews(reviews([]))

    assert (
        len(replayed.recall) == len(replayed.memories.at) == len(replayed.calibrations.offset) == 0
    )


class Expected:
    """Memories, calibrations and recall after single reviews, one after another."""

    def __init__(self) -> None:
        self.memories: list[Memory] = []
        self.calibrations: list[Calibration] = []
        self.recall: list[float] = []


def one_at_a_time(given_reviews: list[Review]) -> Expected:
    batch, expected = reviews(given_reviews), Expected()
    memories = dict[int, Memory]()
    calibrations = dict[int, Calibration]()
    for learner, which, grade, at in zip(
        *(column.tolist() for column in (batch.learner, batch.memory, batch.grade, batch.at)),
        strict=True,
    ):
        before, calibration = memories.get(which), calibrations.get(learner, UNCALIBRATED)
        r = float("nan") if before is None else retrievability_at(before, at)
        if before is not None and at - before.at >= DAY:
            calibration = update(calibration, r, Grade(grade).score)
        memories[which] = review(before, Grade(grade), at)
        calibrations[learner] = calibration
        expected.recall.append(r)
    expected.memories = [memories[which] for which in sorted(memories)]
    expected.calibrations = [calibrations[learner] for learner in sorted(calibrations)]
    return expected


def reviews(given_reviews: list[Review]) -> Reviews:
    """Return the batch, with learners and memories numbered without gaps."""
    learner = np.array([learner for learner, *_ in given_reviews], dtype=np.int64)
    pair = np.array([n * ITEMS + item for n, item, *_ in given_reviews], dtype=np.int64)
    return Reviews(
        learner=np.unique(learner, return_inverse=True)[1],
        memory=np.unique(pair, return_inverse=True)[1],
        grade=np.array([grade for *_, grade, _gap in given_reviews], dtype=np.int64),
        at=START + np.cumsum([gap for *_, gap in given_reviews], dtype=np.int64),
    )
