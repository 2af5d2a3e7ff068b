"""The prediction of the next answer and the fit of its weights: learning-science 2."""

from __future__ import annotations

from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.logistic import FloatArray, sigmoids
from analytics.core.predictor import (
    DEFAULT,
    BlendWeights,
    PredictorInputs,
    features,
    fit_blend,
    predict,
    predictions,
)

TRUTH = BlendWeights(-0.2, 0.6, 0.3, 0.2, -0.4, -0.5, 0.4)
MEAN = st.floats(-20.0, 20.0)
INPUTS = st.builds(PredictorInputs, st.floats(0.001, 0.999), MEAN, MEAN, MEAN, MEAN, MEAN)
BLEND = st.builds(BlendWeights, *[st.floats(-3.0, 3.0)] * 7)


def test_a_prediction_by_hand():
    """-.2 + .6 ln 4 + .3·.5 − .2·.1 + .4·.6 − .5·.2 + .4·.8 = 1.221777."""
    inputs = PredictorInputs(0.8, 0.5, -0.1, -0.6, 0.2, 0.8)

    assert -0.2 + 0.6 * log(4) + 0.15 - 0.02 + 0.24 - 0.1 + 0.32 == pytest.approx(1.221777)
    assert predict(inputs, TRUTH) == pytest.approx(0.772376, abs=1e-6)


@given(inputs=st.lists(INPUTS, max_size=8), blend=BLEND)
def test_a_batch_equals_single_predictions(inputs: list[PredictorInputs], blend: BlendWeights):
    rows = features(np.array(inputs, dtype=np.float64).reshape(-1, 6))

    many = predictions(rows, blend)

    expected = [predict(row, blend) for row in inputs]
    np.testing.assert_allclose(many, expected, rtol=1e-12, atol=1e-12)


@given(inputs=INPUTS, blend=BLEND)
def test_a_prediction_is_a_probability(inputs: PredictorInputs, blend: BlendWeights):
    assert 0.0 <= predict(inputs, blend) <= 1.0


@given(inputs=INPUTS, more=st.floats(0.0, 3.0), less_surely=st.floats(0.5, 1.0))
def test_by_default_more_ability_raises_the_prediction(
    inputs: PredictorInputs, more: float, less_surely: float
):
    """This holds for either ability; the shrunken log odds of the ability model rise with it."""
    was = predict(inputs, DEFAULT)
    abler = {"ability": inputs.ability, "skill_ability": inputs.skill_ability}

    for name, term in abler.items():
        kalman = inputs.kalman + less_surely * more
        now = predict(inputs._replace(**{name: term + more, "kalman": kalman}), DEFAULT)
        assert now >= was


@pytest.mark.parametrize("tracing", [0.0, 1.0, nan])
def test_a_mastery_of_zero_or_one_is_refused(tracing: float):
    inputs = PredictorInputs(tracing, 0.0, 0.0, 0.0, 0.0, 0.0)

    with pytest.raises(ValueError, match="inside"):
        predict(inputs, DEFAULT)
    with pytest.raises(ValueError, match="inside"):
        features(np.array([inputs]))


def test_inputs_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="shape"):
        features(np.full((3, 5), 0.5))


def test_weights_are_recovered():
    rows, score = simulated(60_000)

    fitted = fit_blend(rows, score)

    assert np.abs(np.array(fitted) - np.array(TRUTH)).max() < 0.06


@given(seed=st.integers(0, 1000), count=st.integers(1, 40), ridge=st.floats(0.01, 100.0))
def test_no_weights_near_the_fitted_ones_are_better(seed: int, count: int, ridge: float):
    """The oracle is the penalised likelihood; it is lower at every neighbouring point."""
    rows, score = simulated(count, seed=seed)
    random = np.random.default_rng(seed)

    fitted = np.array(fit_blend(rows, score, ridge=ridge))

    def height(weights: FloatArray) -> float:
        p = sigmoids(rows @ weights)
        likelihood = (score * np.log(p) + (1 - score) * np.log(1 - p)).sum()
        return float(likelihood - ridge / 2 * ((weights - np.array(DEFAULT)) ** 2).sum())

    for step in random.normal(0.0, 0.01, (10, 7)):
        assert height(fitted + step) < height(fitted)


def test_without_answers_the_weights_are_the_defaults():
    assert fit_blend(np.empty((0, 7)), np.empty(0)) == DEFAULT


def test_a_few_answers_move_the_weights_a_little():
    rows, score = simulated(10)

    fitted = fit_blend(rows, score)

    assert 0 < np.abs(np.array(fitted) - np.array(DEFAULT)).max() < 0.25


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_separable_answers_give_finite_weights(size: float):
    """Without the ridge penalty their likelihood would rise without bound."""
    rows = np.zeros((200, 7))
    rows[:, 6] = np.linspace(-size, size, 200)
    score = (rows[:, 6] > 0).astype(np.float64)

    fitted = fit_blend(rows, score)

    assert np.isfinite(fitted).all()
    assert fitted.kalman >= DEFAULT.kalman


def test_equal_inputs_share_a_weight():
    rows, score = simulated(2000)
    rows[:, 3] = rows[:, 2]

    fitted = fit_blend(rows, score)

    distance = np.array(fitted) - np.array(DEFAULT)
    assert distance[2] == pytest.approx(distance[3], abs=1e-6)


def test_scores_in_between_are_the_mixture_of_right_and_wrong():
    rows, _ = simulated(50)
    score = np.full(50, 0.25)
    quarters = np.repeat([1.0, 0.0, 0.0, 0.0], 50)

    soft = fit_blend(rows, score, ridge=2.0)
    hard = fit_blend(np.tile(rows, (4, 1)), quarters, ridge=8.0)

    assert soft == pytest.approx(hard, abs=1e-9)


def test_the_same_answers_give_the_same_floats():
    rows, score = simulated(500)

    assert fit_blend(rows, score) == fit_blend(rows.copy(), score.copy())


@pytest.mark.parametrize(
    ("rows", "score", "ridge", "why"),
    [
        (np.zeros((2, 6)), np.zeros(2), 1.0, "shape"),
        (np.zeros((2, 7)), np.zeros(3), 1.0, "shape"),
        (np.full((1, 7), inf), np.zeros(1), 1.0, "finite"),
        (np.full((1, 7), nan), np.zeros(1), 1.0, "finite"),
        (np.zeros((1, 7)), np.array([nan]), 1.0, "scores"),
        (np.zeros((1, 7)), np.array([1.5]), 1.0, "scores"),
        (np.zeros((1, 7)), np.zeros(1), 0.0, "ridge"),
        (np.zeros((1, 7)), np.zeros(1), nan, "ridge"),
    ],
)
def test_invalid_arguments_are_refused(rows, score, ridge: float, why: str):
    with pytest.raises(ValueError, match=why):
        fit_blend(rows, score, ridge=ridge)


def simulated(answers: int, *, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Return features, and scores drawn with the weights `TRUTH`."""
    random = np.random.default_rng(seed)
    terms = random.normal(0.0, 1.0, (answers, 5))
    rows = features(np.column_stack([random.uniform(0.05, 0.95, answers), terms]))
    score = random.random(answers) < predictions(rows, TRUTH)
    return rows, score.astype(np.float64)
