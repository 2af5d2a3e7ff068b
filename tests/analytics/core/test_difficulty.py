"""Ability and difficulty, online and in batches: learning-science 2."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.difficulty import (
    ABSENT,
    ITEM,
    LEARNER,
    LEARNER_SKILL,
    LONE_ITEM,
    SKILL,
    Claims,
    Gaussian,
    Gaussians,
    KalmanStep,
    absorb,
    absorb_many,
    expect,
    is_known,
    item_term,
    repeated,
    with_drift,
)
from analytics.core.logistic import sigmoid

SCORE = st.floats(0.0, 1.0)
TERM = st.builds(Gaussian, st.floats(-5.0, 5.0), st.floats(1e-3, 3.0))
OPTIONAL = TERM | st.just(ABSENT)
FAR = st.builds(Gaussian, st.floats(-800.0, 800.0), st.floats(0.0, 10.0))
NUMBERS = np.linspace(-14.0, 14.0, 4001)


def test_the_first_answer_by_hand():
    """learning-science 2: v = .602 + .62 + 1 + .8 and m = .6 give these steps."""
    variance = 3.022
    c = 1 / sqrt(1 + pi * variance / 8)  # .676241
    p = 1 / (1 + np.exp(-c * 0.6))  # .600067
    h = p * (1 - p) * c
    s = p * (1 - p)

    moved = absorb(1.0, LEARNER, LEARNER_SKILL, SKILL, ITEM)

    assert c == pytest.approx(0.676241, abs=1e-6)
    assert p == pytest.approx(0.600067, abs=1e-6)
    assert moved.log_odds == pytest.approx(c * 0.6)
    assert moved.ability_used == pytest.approx((0.0, 0.602))
    assert moved.skill_ability_used == pytest.approx((0.0, 0.62))
    assert moved.ability == pytest.approx(
        (0.602 * h * (1 - p) / s, 0.602 - 0.602**2 * h * h / s), abs=1e-12
    )
    assert moved.ability == pytest.approx((0.162809, 0.562227), abs=1e-5)
    assert moved.skill_ability == pytest.approx(
        (0.62 * h * (1 - p) / s, 0.62 - 0.62**2 * h * h / s), abs=1e-12
    )


@given(score=SCORE, terms=st.tuples(TERM, OPTIONAL, OPTIONAL, TERM))
def test_a_better_score_never_means_less_ability(score: float, terms: tuple[Gaussian, ...]):
    worse = absorb(score / 2, *terms)
    better = absorb(score, *terms)

    assert better.ability.mean >= worse.ability.mean
    assert better.skill_ability.mean >= worse.skill_ability.mean
    assert better.ability.variance == worse.ability.variance


@given(terms=st.tuples(TERM, TERM, TERM, TERM), harder=st.floats(0.0, 5.0))
def test_a_harder_question_is_less_likely_to_be_answered_right(
    terms: tuple[Gaussian, Gaussian, Gaussian, Gaussian], harder: float
):
    ability, skill_ability, skill, item = terms

    easy, _ = expect(ability, skill_ability, skill, item)
    hard, _ = expect(ability, skill_ability, skill, Gaussian(item.mean + harder, item.variance))

    assert hard <= easy


@given(score=SCORE, terms=st.tuples(FAR, FAR, FAR, FAR))
def test_variances_stay_between_zero_and_the_variance_used(
    score: float, terms: tuple[Gaussian, ...]
):
    moved = absorb(score, *terms)

    for used, after in [
        (moved.ability_used, moved.ability),
        (moved.skill_ability_used, moved.skill_ability),
    ]:
        assert np.isfinite(after.mean)
        assert 0.0 <= after.variance <= used.variance


@given(score=SCORE, terms=st.tuples(TERM, OPTIONAL, OPTIONAL, TERM))
def test_surer_terms_move_less(score: float, terms: tuple[Gaussian, ...]):
    """learning-science 2: the step of a term is its variance times a common factor."""
    moved = absorb(score, *terms)

    step = moved.ability.mean - moved.ability_used.mean
    skill_step = moved.skill_ability.mean - moved.skill_ability_used.mean
    assert step * moved.skill_ability_used.variance == pytest.approx(
        skill_step * moved.ability_used.variance, abs=1e-12
    )


def test_a_score_equal_to_the_expected_score_moves_no_mean():
    terms = (Gaussian(0.4, 0.3), Gaussian(-0.1, 0.5), Gaussian(-0.2, 0.1), Gaussian(0.3, 0.2))
    used = with_drift(*terms[:2])
    log_odds, _ = expect(*used, *terms[2:])

    moved = absorb(sigmoid(log_odds), *terms)

    assert moved.ability.mean == pytest.approx(0.4, abs=1e-15)
    assert moved.ability.variance < moved.ability_used.variance


@given(mean=st.floats(-4.0, 4.0), variance=st.floats(0.0, 3.5))
def test_the_prediction_is_the_probability_averaged_over_the_estimate(mean: float, variance: float):
    """learning-science 2: c approximates the integral of the logistic function over a normal."""
    log_odds, _ = expect(Gaussian(mean, variance), ABSENT, ABSENT, ABSENT)

    points = mean + sqrt(variance) * NUMBERS / 2
    weights = np.exp(-(NUMBERS**2) / 8)
    exact = (weights / weights.sum()) @ (1 / (1 + np.exp(-points)))
    assert sigmoid(log_odds) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("score", [0.0, 1.0])
@pytest.mark.parametrize("mean", [-1.5, 0.0, 1.0])
@pytest.mark.parametrize("variance", [0.1, 0.6, 1.5, 2.42])
def test_a_step_is_that_of_bayes_rule(mean: float, score: float, variance: float):
    """learning-science 2: compared with the exact posterior, by Gauss-Hermite quadrature.

    Within .12 of a standard deviation: .866 instead of .841 for N(0, 2.42) and a right answer.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    prior = with_drift(Gaussian(mean, variance), ABSENT)[0]
    points = prior.mean + sqrt(prior.variance) * nodes
    right = 1 / (1 + np.exp(-points))
    posterior = weights * (right if score else 1 - right)
    posterior /= posterior.sum()
    exact_mean = posterior @ points
    exact_variance = posterior @ (points - exact_mean) ** 2

    moved = absorb(score, Gaussian(mean, variance), ABSENT, ABSENT, ABSENT)

    deviation = sqrt(variance)
    assert moved.ability.mean == pytest.approx(exact_mean, abs=0.12 * deviation)
    assert moved.ability.mean - mean == pytest.approx(exact_mean - mean, rel=0.2)
    assert moved.ability.variance == pytest.approx(exact_variance, rel=0.15)


def test_the_step_of_a_wide_prior():
    """learning-science 2: prior N(0, 2.42), a right answer."""
    moved = absorb(1.0, Gaussian(0.0, 2.42 - 0.002), ABSENT, ABSENT, ABSENT)

    assert moved.ability.mean == pytest.approx(0.866, abs=5e-4)


def test_without_a_skill_no_skill_ability_moves():
    moved = absorb(1.0, LEARNER, ABSENT, ABSENT, LONE_ITEM)

    assert moved.skill_ability_used == moved.skill_ability == ABSENT
    assert moved.ability.mean > 0


def test_the_first_prediction_is_the_same_with_and_without_a_skill():
    named = item_term(None, None, SKILL)
    lone = item_term(None, None, ABSENT)

    with_skill = expect(LEARNER, ABSENT, SKILL, named)
    without = expect(LEARNER, ABSENT, ABSENT, lone)

    assert without == pytest.approx(with_skill)


def test_a_sent_difficulty_is_used_until_the_item_has_an_estimate():
    """learning-science 2: d = q − b with a variance of .2 for an item without an estimate."""
    skill = Gaussian(-0.4, 0.1)

    assert item_term(None, 1.5, skill, Claims(9, 9.0)) == (1.9, 0.2)
    assert item_term(None, 1.5, ABSENT) == (1.5, 0.2)
    assert item_term(Gaussian(0.3, 0.5), 1.5, skill) == (0.3, 0.5)
    assert item_term(None, None, skill) == ITEM


def test_claims_at_a_skill_without_an_estimate_are_relative_to_each_other():
    """learning-science 2: q minus the mean claim so far, this one included, with variance .5."""
    assert item_term(None, 0.0, SKILL) == (0.0, 0.5)
    assert item_term(None, 2.0, SKILL) == (0.0, 0.5)
    assert item_term(None, 2.0, SKILL, Claims(3, -2.0)) == (2.0, 0.5)
    assert item_term(None, 2.0, Gaussian(-0.6, 0.25), Claims(3, -2.0)) == (2.6, 0.2)


def test_a_difficulty_is_known_once_its_deviation_is_below_35_hundredths():
    """learning-science 2: sd < .35."""
    assert not is_known(ITEM)
    assert not is_known(Gaussian(0.0, 0.35**2))
    assert is_known(Gaussian(0.0, 0.34**2))


@pytest.mark.parametrize("score", [-0.01, 1.01, nan])
def test_scores_outside_their_range_are_refused(score: float):
    with pytest.raises(ValueError, match="scores"):
        absorb(score, LEARNER, LEARNER_SKILL, SKILL, ITEM)
    with pytest.raises(ValueError, match="scores"):
        absorb_many(
            np.array([score]), *map(repeated, [LEARNER, LEARNER_SKILL, SKILL, ITEM], [1] * 4)
        )


@given(st.lists(st.tuples(SCORE, FAR | TERM, OPTIONAL, OPTIONAL, TERM), max_size=8))
def test_a_batch_equals_single_updates(
    rows: list[tuple[float, Gaussian, Gaussian, Gaussian, Gaussian]],
):
    one_by_one = [absorb(*row) for row in rows]

    many = absorb_many(
        np.array([row[0] for row in rows]),
        *(_stack_terms(column) for column in list(zip(*rows, strict=True))[1:] or [()] * 4),
    )

    for name in KalmanStep._fields:
        expected = [getattr(moved, name) for moved in one_by_one]
        columns = getattr(many, name)
        got = np.array(columns).T.reshape(np.shape(expected))
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


def test_rows_are_taken_and_put_back():
    terms = repeated(LEARNER, 3)

    terms.put(np.array([2, 0]), Gaussians(np.array([1.0, 2.0]), np.array([0.1, 0.2])))

    assert terms.mean.tolist() == [2.0, 0.0, 1.0]
    assert terms.take(np.array([0, 0])).variance.tolist() == [0.2, 0.2]


def _stack_terms(terms: Sequence[Gaussian]) -> Gaussians:
    mean, variance = np.array(terms, dtype=np.float64).reshape(-1, 2).T
    return Gaussians(mean, variance)
