"""Bayesian Knowledge Tracing, online and in batches: learning-science 1, contract 2.1."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.core.bkt import (
    DEFAULTS,
    MAX_MASTERY,
    MIN_MASTERY,
    ParamRows,
    Params,
    after_practice,
    curve,
    posterior,
    predict,
    predictions,
    update,
    updates,
)

PROBABILITY = st.floats(0.0, 1.0)
INSIDE = st.floats(0.01, 0.99)
PARAMS = st.builds(
    Params, prior=PROBABILITY, learn=PROBABILITY, guess=INSIDE, slip=INSIDE, forget=PROBABILITY
)


@pytest.mark.parametrize(
    ("score", "after"),
    [
        # .585 / (.585 + .0875) = .869888, and a tenth of the rest is learned
        (1.0, 0.882900),
        # .065 / (.065 + .2625) = .198473
        (0.0, 0.278626),
        # half of each posterior: .534181
        (0.5, 0.580763),
    ],
)
def test_one_answer_by_hand(score: float, after: float):
    """contract 2.1: from .65 with the defaults the document's formula gives .8829."""
    assert update(0.65, score, DEFAULTS) == pytest.approx(after, abs=1e-6)


def test_forgetting_by_hand():
    """learning-science 1: .869888 · .95 + .130112 · .10."""
    params = Params(prior=0.25, learn=0.10, guess=0.25, slip=0.10, forget=0.05)

    assert update(0.65, 1.0, params) == pytest.approx(0.839405, abs=1e-6)


def test_a_prediction_by_hand():
    """learning-science 1: .65 · .90 + .35 · .25."""
    assert predict(0.65, DEFAULTS) == pytest.approx(0.6725)


@given(params=PARAMS)
def test_the_limits_of_mastery_predict_guess_and_one_minus_slip(params: Params):
    assert predict(0.0, params) == params.guess
    assert predict(1.0, params) == 1.0 - params.slip


@given(mastery=PROBABILITY, score=PROBABILITY, params=PARAMS)
def test_mastery_is_kept_in_bounds(mastery: float, score: float, params: Params):
    """contract 2.1: mastery stays in [0.01, 0.99]."""
    assert MIN_MASTERY <= update(mastery, score, params) <= MAX_MASTERY


def test_mastery_reaches_its_bounds():
    assert curve([1.0] * 50, DEFAULTS)[-1] == MAX_MASTERY
    assert curve([0.0] * 50, Params(0.25, 0.0, 0.25, 0.10))[-1] == MIN_MASTERY


@given(mastery=PROBABILITY, scores=st.tuples(PROBABILITY, PROBABILITY), params=PARAMS)
def test_a_better_score_never_means_less_mastery(
    mastery: float, scores: tuple[float, float], params: Params
):
    """This holds if mastery helps and learning is not lost at once."""
    assume(params.guess + params.slip <= 1.0)
    assume(params.learn + params.forget <= 1.0)
    worse, better = sorted(scores)

    after = update(mastery, better, params)

    assert after >= update(mastery, worse, params) - 1e-12


@given(mastery=PROBABILITY, params=PARAMS)
def test_an_answer_does_not_move_mastery_on_average(mastery: float, params: Params):
    """The mean of the posteriors, weighted by the probability of the answers, is the prior."""
    right = predict(mastery, params)
    posteriors = [posterior(mastery, score, params.guess, params.slip) for score in (1.0, 0.0)]

    assert np.dot([right, 1.0 - right], posteriors) == pytest.approx(mastery, abs=1e-12)


@given(
    answers=st.lists(st.booleans(), min_size=1, max_size=7),
    params=st.builds(Params, INSIDE, INSIDE, INSIDE, INSIDE, INSIDE),
)
def test_successive_updates_equal_the_sum_over_all_hidden_paths(
    answers: list[bool], params: Params
):
    """learning-science 1: compared with the sum over every path through the two states."""
    mastery = params.prior
    for answer in answers:
        mastery = after_practice(
            posterior(mastery, float(answer), params.guess, params.slip),
            params.learn,
            params.forget,
        )

    likelihood = {True: 0.0, False: 0.0}
    for path in product([True, False], repeat=len(answers) + 1):
        likelihood[path[-1]] += path_likelihood(path, answers, params)
    assert mastery == pytest.approx(likelihood[True] / sum(likelihood.values()), abs=1e-9)


@given(
    rows=st.lists(st.tuples(PROBABILITY, PROBABILITY, PARAMS), max_size=20),
)
def test_a_batch_equals_single_updates(rows: list[tuple[float, float, Params]]):
    mastery, score = (np.array([row[column] for row in rows]) for column in (0, 1))
    params = ParamRows.of(row[2] for row in rows)

    assert updates(mastery, score, params).tolist() == [update(*row) for row in rows]
    assert predictions(mastery, params).tolist() == [predict(row[0], row[2]) for row in rows]


@given(params=st.lists(PARAMS, min_size=1), data=st.data())
def test_rows_of_parameters_are_found_by_number(params: list[Params], data: st.DataObject):
    row = data.draw(st.integers(0, len(params) - 1))
    rows = ParamRows.of(params)

    assert rows.row(row) == params[row]
    assert rows.take(np.array([row, row])).row(1) == params[row]


@given(scores=st.lists(PROBABILITY, max_size=20), params=PARAMS)
def test_a_curve_is_the_prior_and_every_update(scores: list[float], params: Params):
    points = curve(scores, params).tolist()

    assert points[0] == params.prior
    for before, score, after in zip(points, scores, points[1:], strict=False):
        assert after == update(before, score, params)
    assert len(points) == len(scores) + 1


@pytest.mark.parametrize("wrong", [-0.01, 1.01, float("nan")])
def test_values_that_are_no_probabilities_are_refused(wrong: float):
    rows = ParamRows.of([DEFAULTS])
    valid, invalid = np.array([0.5]), np.array([wrong])

    with pytest.raises(ValueError, match="mastery"):
        update(wrong, 1.0, DEFAULTS)
    with pytest.raises(ValueError, match="scores"):
        update(0.5, wrong, DEFAULTS)
    with pytest.raises(ValueError, match="mastery"):
        predict(wrong, DEFAULTS)
    with pytest.raises(ValueError, match="mastery"):
        updates(invalid, valid, rows)
    with pytest.raises(ValueError, match="scores"):
        updates(valid, invalid, rows)
    with pytest.raises(ValueError, match="mastery"):
        predictions(invalid, rows)


@pytest.mark.parametrize(
    "params",
    [
        Params(0.25, 0.1, 0.0, 0.1),
        Params(0.25, 0.1, 1.0, 0.1),
        Params(0.25, 0.1, 0.25, 0.0),
        Params(0.25, 0.1, 0.25, float("nan")),
        Params(0.25, -0.1, 0.25, 0.1),
        Params(0.25, float("nan"), 0.25, 0.1),
        Params(0.25, 0.1, 0.25, 0.1, 1.1),
    ],
)
def test_parameters_that_make_an_answer_impossible_are_refused(params: Params):
    half, rows = np.array([0.5]), ParamRows.of([params])

    for refused in (
        lambda: update(0.5, 1.0, params),
        lambda: predict(0.5, params),
        lambda: updates(half, half, rows),
        lambda: predictions(half, rows),
    ):
        with pytest.raises(ValueError, match="lie in"):
            refused()


def path_likelihood(path: tuple[bool, ...], answers: list[bool], params: Params) -> float:
    """Return the probability of these hidden states and these answers together."""
    likelihood = params.prior if path[0] else 1.0 - params.prior
    for known, then, answer in zip(path, path[1:], answers, strict=False):
        right = 1.0 - params.slip if known else params.guess
        likelihood *= right if answer else 1.0 - right
        stays = 1.0 - params.forget if known else 1.0 - params.learn
        likelihood *= stays if known is then else 1.0 - stays
    return likelihood
