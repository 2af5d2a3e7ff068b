"""The served recall probability: learning-science 5."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import exp, inf, log, log1p, nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import recall
from analytics.core.logistic import FloatArray, logits, sigmoids
from analytics.core.memory import (
    DAY,
    MAX_INTERVAL_DAYS,
    Grade,
    Memories,
    Memory,
    Reviewed,
    ReviewModel,
    due,
    due_many,
    interval,
    learn,
    served_recall,
)
from analytics.core.recall import (
    DESIRED_RECALL,
    INITIAL,
    MIN_R_WEIGHT,
    UNPRACTISED,
    Practice,
    RecallModel,
    UnreadableRecord,
    inputs,
    predict,
    update,
)

R = st.floats(0.0, 1.0)
SCORE = st.sampled_from([0.0, 0.5, 1.0])
STABILITY, DIFFICULTY = st.floats(0.001, 10_000.0), st.floats(1.0, 10.0)
SECONDS = st.floats(0.0, 600.0) | st.just(nan)
PRACTICE = st.builds(
    lambda reviews, lapses, score, seconds: Practice(reviews, min(lapses, reviews), score, seconds),
    st.integers(1, 500), st.integers(0, 500), SCORE, SECONDS,
)  # fmt: skip
INPUTS = st.builds(inputs, R, STABILITY, DIFFICULTY, PRACTICE)
REVIEWS = st.lists(st.tuples(INPUTS, SCORE), max_size=40)


def after_all(reviews: list[tuple[FloatArray, float]]) -> RecallModel:
    model = INITIAL
    for x, score in reviews:
        model = update(model, x, score)
    return model


def test_the_inputs_by_hand():
    x = inputs(0.9, 10.0, 4.0, Practice(3.0, 1.0, 0.0, 19.0))

    assert x.tolist() == pytest.approx(
        [1.0, log(9), log(10), 0.4, log1p(3), log1p(1), 1.0, log1p(19) - 2]
    )


def test_an_unknown_duration_counts_as_usual():
    assert inputs(0.9, 10.0, 4.0, Practice(3.0, 1.0, 1.0, nan))[-1] == 0


def test_a_new_learner_is_served_r_shrunk_by_what_is_unknown():
    """By hand: w = (0, 1, 0 …), P = .1 I; at R = .8 the variance is that at R = .9."""
    x = inputs(0.8, 1.0, 5.0, UNPRACTISED)
    variance = 0.1 * (1 + log(9) ** 2 + 0.25)

    served = predict(INITIAL, x)

    assert served == pytest.approx(1 / (1 + exp(-log(4) / sqrt(1 + pi * variance / 8))))


def test_one_review_by_hand():
    """w += Px(y − q)/(1 + hv), P −= h Px xᵀP/(1 + hv), + 1e-5 I."""
    x = inputs(0.9, 1.0, 5.0, UNPRACTISED)
    v, h = 0.1 * float(x @ x), 0.09

    model = update(INITIAL, x, 0.0)

    assert model.mean == pytest.approx(INITIAL.mean + 0.1 * x * (0.0 - 0.9) / (1 + h * v))
    assert model.covariance == pytest.approx(
        (0.1 + 1e-5) * np.eye(8) - h * np.outer(0.1 * x, 0.1 * x) / (1 + h * v)
    )


@given(reviews=REVIEWS, x=INPUTS, score=SCORE)
def test_each_review_moves_its_log_odds_towards_the_outcome(
    reviews: list[tuple[FloatArray, float]], x: FloatArray, score: float
):
    before = after_all(reviews)
    p = sigmoids(np.asarray(before.mean @ x))

    after = update(before, x, score)

    if after.mean[1] > MIN_R_WEIGHT:
        assert (after.mean - before.mean) @ x * (score - p) >= -1e-9


@given(REVIEWS, STABILITY, DIFFICULTY, PRACTICE, R, R)
def test_waiting_never_raises_recall(
    reviews: list[tuple[FloatArray, float]],
    stability: float,
    difficulty: float,
    practice: Practice,
    one: float,
    other: float,
):
    model = after_all(reviews)
    later, sooner = sorted([one, other])

    served = predict(model, inputs(np.array([later, sooner]), stability, difficulty, practice))

    assert model.mean[1] >= MIN_R_WEIGHT
    assert 0 < served[0] <= served[1] < 1


def test_the_weight_of_r_has_a_positive_minimum():
    sure, forgotten = (inputs(r, 10.0, 5.0, UNPRACTISED) for r in (0.99, 0.02))

    assert after_all([(sure, 0.0), (forgotten, 1.0)] * 200).mean[1] == MIN_R_WEIGHT


def test_it_recovers_from_very_many_failures():
    """learning-science 5: 2,000 failures at R = .999, then ten successes: above .3."""
    practice, stability = UNPRACTISED, 10.0
    model = INITIAL
    for score in [0.0] * 2_000 + [1.0] * 10:
        model = update(model, inputs(0.999, stability, 5.0, practice), score)
        practice = practice.after(score, 8.0)

    assert predict(model, inputs(0.999, stability, 5.0, practice)) > 0.3


@pytest.mark.parametrize("stability", [10.0, 100.0])
def test_it_recovers_from_very_many_failures_at_first_reviews(stability: float):
    """learning-science 5: as above, where each failure is that of another item."""
    x = inputs(0.999, stability, 5.0, Practice(1.0, 0.0, 1.0, 8.0))
    model = INITIAL
    for score in [0.0] * 2_000 + [1.0] * 10:
        model = update(model, x, score)

    assert predict(model, x) > 0.3


def test_the_offline_model_recovers_from_very_many_failures():
    """learning-science 5: items at R = .999, through the interface."""
    model, at = ReviewModel(), 0.0

    def study(item: int, grade: int) -> None:
        """Review an item easily ten times, which makes R .999 a day later, and then once more."""
        for minute in range(10):
            model.review(item, 4, at=at + 60 * minute)
        if grade:
            model.review(item, grade, at=at + 86_400 + 600)

    for item in range(2_010):
        study(item, 1 if item < 2_000 else 3)
        at += 8_640
    study(-1, 0)

    assert model.recall(-1, at=at + 86_400 + 600) > 0.3


def test_it_learns_how_a_learner_deviates_from_fsrs():
    rng = np.random.default_rng(5)
    r, lapses = rng.uniform(0.3, 0.97, 3_000), rng.integers(0, 5, 3_000).astype(float)
    truth = sigmoids(0.5 + 0.7 * logits(r) - 0.8 * np.log1p(lapses))
    right = (rng.random(3_000) < truth).astype(float)
    x = inputs(r, 10.0, 5.0, Practice(np.full(3_000, 5.0), lapses, np.ones(3_000), np.nan))

    model = after_all(list(zip(x, right.tolist(), strict=True)))

    assert np.abs(predict(model, x) - truth).mean() < 0.03 < np.abs(r - truth).mean()


@given(st.lists(st.tuples(REVIEWS, INPUTS, SCORE), min_size=1, max_size=6))
def test_many_learners_equal_single_ones(
    learners: list[tuple[list[tuple[FloatArray, float]], FloatArray, float]],
):
    alone = [after_all(reviews) for reviews, _, _ in learners]
    x, score = np.array([x for _, x, _ in learners]), np.array([s for *_, s in learners])
    many = RecallModel(*(np.array(column) for column in zip(*alone, strict=True)))

    updated, served = update(many, x, score), predict(many, x)
    due_at = recall.log_odds_when_due(many, x)

    for row, model in enumerate(alone):
        expected = update(model, x[row], score[row])
        assert updated.mean[row] == pytest.approx(expected.mean, rel=1e-9, abs=1e-11)
        assert updated.covariance[row] == pytest.approx(expected.covariance, rel=1e-9, abs=1e-11)
        assert served[row] == pytest.approx(float(predict(model, x[row])), rel=1e-9)
        assert due_at[row] == pytest.approx(float(recall.log_odds_when_due(model, x[row])))


@given(REVIEWS, STABILITY, DIFFICULTY, PRACTICE)
def test_the_served_recall_is_the_desired_one_when_due(
    reviews: list[tuple[FloatArray, float]],
    stability: float,
    difficulty: float,
    practice: Practice,
):
    """learning-science 5: `see-next-at` inverts what is served, between ¼ and 4 of FSRS's own."""
    model, memory = after_all(reviews), Memory(stability, difficulty, 0)
    at = due(memory, practice, model)
    days, own = at / DAY, interval(stability)
    alone = Memories(*(np.array([value]) for value in memory))
    [at_of_many] = due_many(alone, Practice(*map(np.atleast_1d, practice)), model)
    assert at_of_many == pytest.approx(at, rel=1e-12)
    served = served_recall(Reviewed(memory, practice), model, at)

    assert min(own / 4, MAX_INTERVAL_DAYS) <= days + 1e-9
    assert days <= min(4 * own, MAX_INTERVAL_DAYS) + 1e-9
    if own / 4 + 0.01 < days < min(4 * own, MAX_INTERVAL_DAYS) - 0.01:
        assert served == pytest.approx(DESIRED_RECALL, abs=1e-6)
    elif days < own:
        assert served <= DESIRED_RECALL + 1e-3
    elif days < MAX_INTERVAL_DAYS - 0.01:
        assert served >= DESIRED_RECALL - 1e-3


@given(REVIEWS)
def test_a_stored_model_is_the_same(reviews: list[tuple[FloatArray, float]]):
    model = after_all(reviews)

    stored = RecallModel.from_bytes(model.to_bytes())

    assert stored.mean.tolist() == model.mean.tolist()
    assert stored.covariance.tolist() == model.covariance.tolist()


@pytest.mark.parametrize("record", [b"", bytes(351), np.full(44, nan).tobytes()])
def test_an_unreadable_record_is_refused(record: bytes):
    with pytest.raises(UnreadableRecord):
        RecallModel.from_bytes(record)


@pytest.mark.parametrize(("r", "score"), [(nan, 1.0), (0.9, nan), (0.9, -0.1), (0.9, 1.1)])
def test_an_invalid_review_is_refused(r: float, score: float):
    with pytest.raises(ValueError, match=r"scores|inputs"):
        update(INITIAL, inputs(r, 1.0, 5.0, UNPRACTISED), score)


def test_only_reviews_a_day_or_more_apart_teach_the_model():
    _, first = learn(INITIAL, None, Grade.CORRECT, 0, 5.0)

    within, _ = learn(INITIAL, first, Grade.INCORRECT, DAY - 1, 5.0)
    later, _ = learn(INITIAL, first, Grade.INCORRECT, DAY, 5.0)

    assert within is INITIAL
    assert later.mean[0] < 0


def test_the_offline_model_serves_the_same_formulas():
    offline, model, reviewed = ReviewModel(), INITIAL, None
    first_sight = offline.recall("word", at=0.0)
    for day, grade in enumerate([3, 1, 3, 2, 3]):
        model, reviewed = learn(model, reviewed, Grade(grade), day * DAY, 4.0)
        offline.review("word", grade, at=day * 86_400.0, seconds=4.0)

    assert reviewed is not None
    assert offline.recall("word", at=10 * 86_400) == served_recall(reviewed, model, 10 * DAY)
    assert first_sight == pytest.approx(0.61, abs=0.01)


@pytest.mark.parametrize("grade", [0, 5, 2.5, nan])
def test_the_offline_model_refuses_other_grades(grade: float):
    """Almost correct, the fifth, is a grade of the API alone."""
    with pytest.raises(ValueError, match="grade"):
        ReviewModel().review("word", grade, at=0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"at": nan}, {"at": inf}, {"at": 0.0, "seconds": nan}, {"at": 0.0, "seconds": -1.0}]
)
def test_an_invalid_offline_review_is_refused_and_changes_nothing(wrong: dict[str, float]):
    model = ReviewModel()

    with pytest.raises(ValueError, match="must be finite"):
        model.review("word", 3, **wrong)

    assert model.recall("word", at=0.0) == ReviewModel().recall("word", at=0.0)
    with pytest.raises(ValueError, match="must be finite"):
        model.recall("word", at=nan)


def test_an_offline_review_before_the_last_one_counts_as_at_its_time():
    late, still = ReviewModel(), ReviewModel()
    for at, late_at in ((0.0, 0.0), (3 * 86_400.0, 3 * 86_400.0), (3 * 86_400.0, 86_400.0)):
        late.review(("any", "name"), 3, at=late_at, seconds=2.0)
        still.review(("any", "name"), 3, at=at, seconds=2.0)

    later = 9 * 86_400.0
    assert late.recall(("any", "name"), at=later) == still.recall(("any", "name"), at=later)
    assert late.recall(("any", "name"), at=0.0) == late.recall(("any", "name"), at=3 * 86_400.0)


def test_seconds_and_datetimes_are_the_same_times_offline():
    seconds, datetimes = ReviewModel(), ReviewModel()
    start = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    for day in (0, 1, 4):
        at = start + timedelta(days=day)
        seconds.review("word", 3, at=at.timestamp())
        datetimes.review("word", 3, at=at if day else at.replace(tzinfo=None))

    later = start + timedelta(days=10)
    assert seconds.recall("word", at=later.timestamp()) == datetimes.recall("word", at=later)
