"""The calibration of recall for one learner: learning-science 5."""

from __future__ import annotations

from math import exp, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.calibration import (
    MIN_SLOPE,
    UNCALIBRATED,
    Calibration,
    Calibrations,
    calibrate,
    calibrate_many,
    update,
    update_many,
)
from analytics.core.logistic import logits, sigmoid, sigmoids

PROBABILITY = st.floats(0.0, 1.0)
SCORE = st.sampled_from([0.0, 0.5, 1.0])
REVIEWS = st.lists(st.tuples(PROBABILITY, SCORE), max_size=40)


@given(st.floats(0.01, 0.99))
def test_recall_is_unchanged_before_the_first_review(r: float):
    assert calibrate(r, UNCALIBRATED) == pytest.approx(r)


def test_one_review_by_hand():
    """learning-science 5: one AdaGrad step, .5 for a and .2 for b, the sums starting at 1.

    With R = .9 and a failed review, x = log 9 and the error is .9.
    """
    x, error = log(9), 0.9

    offset, slope, offset_sum, slope_sum = update(UNCALIBRATED, 0.9, 0.0)

    assert offset_sum == pytest.approx(1.81)
    assert slope_sum == pytest.approx(1 + 0.81 * x * x)
    assert offset == pytest.approx(-0.5 * error / sqrt(1.81))
    assert slope == pytest.approx(1 - 0.2 * error * x / sqrt(slope_sum))


def test_the_calibrated_probability_by_hand():
    """learning-science 5: p = sigmoid(a + b · logit R)."""
    assert calibrate(0.9, Calibration(-1.0, 0.5)) == pytest.approx(1 / (1 + exp(1) / 3))


@pytest.mark.parametrize(("r", "p"), [(0.0, 0.006693), (1.0, 0.993307)])
def test_log_odds_are_limited_to_five(r: float, p: float):
    assert calibrate(r, UNCALIBRATED) == pytest.approx(p, abs=1e-6)


@given(reviews=REVIEWS, r=PROBABILITY, score=SCORE)
def test_each_review_moves_its_probability_towards_the_outcome(
    reviews: list[tuple[float, float]], r: float, score: float
):
    before = after_all(reviews)

    moved = calibrate(r, update(before, r, score)) - calibrate(r, before)

    assert moved * (score - calibrate(r, before)) >= 0


@given(REVIEWS, PROBABILITY, PROBABILITY)
def test_waiting_never_raises_recall(reviews: list[tuple[float, float]], one: float, other: float):
    calibration = after_all(reviews)
    later, sooner = sorted([one, other])

    assert calibration.slope >= MIN_SLOPE
    assert 0 < calibrate(later, calibration) <= calibrate(sooner, calibration) < 1


def test_the_slope_has_a_positive_minimum():
    reviews = [(0.99, 0.0), (0.02, 1.0)] * 200

    assert after_all(reviews).slope == MIN_SLOPE


def test_many_failures_do_not_run_away():
    """learning-science 5: after 2,000 failures ten successes lead back above .3."""
    failures = [(0.999, 0.0)] * 2000

    failed, recovered = after_all(failures), after_all([*failures, *[(0.999, 1.0)] * 10])

    assert calibrate(0.999, failed) < 0.1
    assert calibrate(0.999, recovered) > 0.3


@pytest.mark.parametrize(("offset", "slope"), [(-1.0, 0.5), (0.8, 1.0), (0.0, 1.6)])
def test_calibration_learns_how_a_learner_deviates_from_the_model(offset: float, slope: float):
    rng = np.random.default_rng(5)
    r = rng.uniform(0.3, 0.97, 2_000)
    truth = sigmoids(offset + slope * logits(r))
    reviews = zip(r.tolist(), (rng.random(2_000) < truth).astype(float).tolist(), strict=True)

    found = calibrate_many(r, after_all(list(reviews)))

    assert np.abs(found - truth).mean() < 0.04 < np.abs(r - truth).mean()


@given(st.lists(st.tuples(REVIEWS, PROBABILITY, SCORE), min_size=1, max_size=8))
def test_a_batch_of_learners_equals_single_updates(
    learners: list[tuple[list[tuple[float, float]], float, float]],
):
    alone = [after_all(reviews) for reviews, _, _ in learners]
    r, score = (np.array([learner[column] for learner in learners]) for column in (1, 2))
    many = Calibrations(*(np.array(column) for column in zip(*alone, strict=True)))

    moved, calibrated = update_many(many, r, score), calibrate_many(r, many)

    for row, calibration in enumerate(alone):
        expected = update(calibration, r[row], score[row])
        assert [column[row] for column in moved] == pytest.approx(list(expected), rel=1e-12)
        assert calibrated[row] == pytest.approx(calibrate(r[row], calibration), rel=1e-12)


def test_new_learners_start_uncalibrated():
    assert [column.tolist() for column in Calibrations.initial(2)] == [
        [value, value] for value in UNCALIBRATED
    ]
    assert sigmoid(UNCALIBRATED.offset) == 0.5


@pytest.mark.parametrize(("r", "score"), [(nan, 1.0), (0.9, nan), (0.9, -0.1), (0.9, 1.1)])
def test_an_invalid_review_is_refused(r: float, score: float):
    many = Calibrations.initial(1)

    with pytest.raises(ValueError, match=r"scores|probabilities"):
        update(UNCALIBRATED, r, score)
    with pytest.raises(ValueError, match=r"scores|probabilities"):
        update_many(many, np.array([r]), np.array([score]))


def after_all(reviews: list[tuple[float, float]]) -> Calibration:
    calibration = UNCALIBRATED
    for r, score in reviews:
        calibration = update(calibration, r, score)
    return calibration
