"""A batch of reviews equals single reviews one after another: learning-science 5."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.memory import DAY, Grade, Reviewed, due, learn, retrievability_at, served_recall
from analytics.core.recall import INITIAL, RecallModel
from analytics.core.review_batch import Reviews, replay_reviews

LEARNERS, ITEMS = 3, 4
START = 20_000 * DAY
GAP = st.sampled_from([0, 1, DAY // 2, DAY - 1, DAY, DAY + 1]) | st.integers(0, 90 * DAY)
SECONDS = st.floats(0, 600) | st.just(nan)
REVIEW = st.tuples(
    st.integers(0, LEARNERS - 1), st.integers(0, ITEMS - 1), st.sampled_from(Grade), GAP, SECONDS
)
Review = tuple[int, int, Grade, int, float]


@given(st.lists(REVIEW, max_size=60))
def test_a_batch_equals_single_reviews(given_reviews: list[Review]):
    expected = one_at_a_time(given_reviews)

    replayed = replay_reviews(reviews(given_reviews))

    due_times = replayed.due()
    for row, (learner, reviewed) in enumerate(expected.reviewed):
        memory, practice = reviewed
        assert [column[row] for column in replayed.memories] == pytest.approx(
            list(memory), rel=1e-9
        )
        assert [np.asarray(column)[row] for column in replayed.practice] == pytest.approx(
            list(practice), nan_ok=True
        )
        assert replayed.owner[row] == learner
        expected_due = due(memory, practice, expected.models[learner])
        assert due_times[row] == pytest.approx(expected_due, abs=DAY * 1e-6 * memory.stability)
    for row, model in enumerate(expected.models):
        assert replayed.models.mean[row] == pytest.approx(model.mean, rel=1e-9, abs=1e-9)
        assert replayed.models.covariance[row] == pytest.approx(
            model.covariance, rel=1e-9, abs=1e-9
        )
    assert replayed.recall.tolist() == pytest.approx(expected.recall, rel=1e-9, nan_ok=True)
    assert replayed.served.tolist() == pytest.approx(expected.served, rel=1e-9, nan_ok=True)


@given(st.lists(REVIEW, min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_among_learners_does_not_matter(given_reviews: list[Review], random):
    """Each learner's reviews keep their order and move only that learner's memories."""
    given_reviews = [*((n, 0, Grade.CORRECT, 0, 5.0) for n in range(LEARNERS)), *given_reviews]
    times = np.cumsum([gap for *_, gap, _seconds in given_reviews])
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
            seconds=one.seconds[shuffled],
        )
    )

    assert [column.tolist() for column in replayed.memories] == [
        column.tolist() for column in other.memories
    ]
    assert replayed.models.mean == pytest.approx(other.models.mean, rel=1e-9, abs=1e-12)


def test_recall_is_nan_before_the_first_review():
    replayed = replay_reviews(
        reviews([(0, 0, Grade.CORRECT, 0, 5.0), (0, 0, Grade.CORRECT, DAY, 5.0)])
    )

    assert isnan(replayed.recall[0])
    assert 0.8 < replayed.recall[1] < 1


def test_no_reviews_give_empty_arrays():
    replayed = replay_reviews(reviews([]))

    assert len(replayed.recall) == len(replayed.due()) == len(replayed.models.mean) == 0


class Expected:
    """Items, models and recall after single reviews, one after another; items with their owner."""

    def __init__(self) -> None:
        self.reviewed: list[tuple[int, Reviewed]] = []
        self.models: list[RecallModel] = []
        self.recall: list[float] = []
        self.served: list[float] = []


def one_at_a_time(given_reviews: list[Review]) -> Expected:
    batch, expected = reviews(given_reviews), Expected()
    reviewed = dict[int, tuple[int, Reviewed]]()
    models = dict[int, RecallModel]()
    columns = (batch.learner, batch.memory, batch.grade, batch.at, batch.seconds)
    for learner, which, grade, at, seconds in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        _, before = reviewed.get(which, (learner, None))
        model = models.get(learner, INITIAL)
        is_telling = before is not None and at - before.memory.at >= DAY
        expected.recall.append(nan if before is None else retrievability_at(before.memory, at))
        expected.served.append(
            served_recall(before, model, at) if before is not None and is_telling else nan
        )
        models[learner], after = learn(
            model, before, Grade(grade), at, None if isnan(seconds) else seconds
        )
        reviewed[which] = (learner, after)
    expected.reviewed = [reviewed[which] for which in sorted(reviewed)]
    expected.models = [models[learner] for learner in sorted(models)]
    return expected


def reviews(given_reviews: list[Review]) -> Reviews:
    """Return the batch, with learners and memories numbered without gaps."""
    learner = np.array([learner for learner, *_ in given_reviews], dtype=np.int64)
    pair = np.array([n * ITEMS + item for n, item, *_ in given_reviews], dtype=np.int64)
    return Reviews(
        learner=np.unique(learner, return_inverse=True)[1],
        memory=np.unique(pair, return_inverse=True)[1],
        grade=np.array([grade for *_, grade, _gap, _s in given_reviews], dtype=np.int64),
        at=START + np.cumsum([gap for *_, gap, _s in given_reviews], dtype=np.int64),
        seconds=np.array([seconds for *_, seconds in given_reviews], dtype=np.float64),
    )
