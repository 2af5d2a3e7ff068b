"""Fitting the parameters of skills to all learners' answers: learning-science 1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core.bkt import DEFAULTS, MIN_MASTERY, ParamRows, Params, curve
from analytics.core.fit import (
    MAX_AFTER_FAILURES,
    MAX_PRIOR,
    MAX_PROBABILITY,
    MAX_SUM,
    MIN_PROBABILITY,
    PSEUDO_OBSERVATIONS,
    Fit,
    FitWarning,
    Rejection,
    fit,
    maximisation_step,
)
from analytics.core.forward_backward import expected_counts
from analytics.core.logistic import FloatArray
from analytics.core.packed_sequences import Sequences
from tests.analytics.core.simulated import Answers, simulated

ANSWERS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([0.0, 0.25, 1.0])), max_size=40
)
EASY = Params(prior=0.60, learn=0.20, guess=0.30, slip=0.05)
HARD = Params(prior=0.20, learn=0.08, guess=0.15, slip=0.20)
FADING = Params(prior=0.40, learn=0.15, guess=0.15, slip=0.10, forget=0.05)


def test_the_parameters_of_simulated_answers_are_recovered():
    """learning-science 1: two skills, 1,500 learners of 15 answers."""
    fitted = fit(*simulated([EASY, HARD], learners=1500, answers=15), skills=2)

    for skill, truth in enumerate([EASY, HARD]):
        assert fitted.params(skill) == pytest.approx(truth, abs=0.04)
        assert fitted.warnings(skill) == []
    assert fitted.answers.tolist() == [22500, 22500]
    assert fitted.learners.tolist() == [1500, 1500]


def test_forgetting_is_recovered_on_request():
    """learning-science 1: the forgetting variant."""
    answers = simulated([FADING], learners=1500, answers=30)

    assert fit(*answers, skills=1, forgetting=True).params(0) == pytest.approx(FADING, abs=0.04)
    assert fit(*answers, skills=1).params(0).forget == 0.0


def test_a_fit_explains_the_answers_better_than_the_defaults():
    fitted = fit(*simulated([EASY, HARD], learners=200, answers=10), skills=2)

    assert np.all(fitted.log_likelihood > fitted.log_likelihood_before)


@pytest.mark.parametrize("forgetting", [False, True])
def test_without_answers_the_defaults_remain(forgetting: bool):
    nothing = np.array([], dtype=np.int64)

    fitted = fit(nothing, nothing, np.array([]), skills=2, forgetting=forgetting)

    for params in (fitted.pooled, fitted.params(0), fitted.params(1)):
        assert params[:4] == pytest.approx(DEFAULTS[:4])
        assert (params.forget > 0) is forgetting
    assert fitted.log_likelihood.tolist() == [0.0, 0.0]
    assert fitted.warnings(1) == [FitWarning.FEW_ANSWERS]


def test_a_fit_of_no_skills_is_empty():
    nothing = np.array([], dtype=np.int64)

    assert len(fit(nothing, nothing, np.array([]), skills=0).rows.prior) == 0


def test_answers_that_are_half_right_leave_the_defaults():
    """A score of .5 is equally likely with and without mastery."""
    learner, skill, score = simulated([EASY], learners=50, answers=10)

    fitted = fit(learner, skill, np.full_like(score, 0.5), skills=1)

    assert fitted.params(0) == pytest.approx(DEFAULTS)


def test_few_answers_move_a_skill_little_and_many_decide():
    """learning-science 1: pseudo-observations toward the pooled fit."""
    learner, skill, score = simulated([EASY, HARD, HARD, HARD], learners=400, answers=10)
    few = (skill != 0) | (learner < 2)

    sparse = fit(learner[few], skill[few], score[few], skills=5)

    assert sparse.params(4) == pytest.approx(sparse.pooled, abs=1e-9)
    assert sparse.params(0) == pytest.approx(sparse.pooled, abs=0.15)
    assert fit(learner, skill, score, skills=5).params(0).prior > sparse.params(0).prior + 0.1
    assert FitWarning.FEW_ANSWERS in sparse.warnings(0)
    assert FitWarning.FEW_ANSWERS not in sparse.warnings(1)


def test_guesses_and_slips_above_one_half_are_reported():
    """learning-science 1: G and S are shrunk; those still above .5 are reported."""
    lucky = Params(prior=0.30, learn=0.05, guess=0.65, slip=0.02)
    careless = Params(prior=0.70, learn=0.05, guess=0.03, slip=0.60)

    fitted = fit(*simulated([lucky, careless, EASY], learners=1000, answers=20), skills=3)

    assert fitted.warnings(0) == [FitWarning.GUESS]
    assert fitted.warnings(1) == [FitWarning.SLIP]
    assert fitted.warnings(2) == []


def repeated(*scores: float, learners: int = 300) -> Answers:
    """Return the same answers to skill 0 by each learner."""
    answers = np.tile(np.array(scores), learners)
    learner = np.repeat(np.arange(learners, dtype=np.int64), len(scores))
    return learner, np.zeros(len(answers), dtype=np.int64), answers


def harder_questions() -> Answers:
    """Return the answers of 300 learners to eight questions, each harder than the last."""
    p = np.linspace(0.95, 0.20, 8)
    random = np.random.default_rng(1)
    learner = np.repeat(np.arange(300, dtype=np.int64), len(p))
    score = (random.random((300, len(p))) < p).astype(np.float64).ravel()
    return learner, np.zeros(len(score), dtype=np.int64), score


INVERTED = {
    "harder questions": harder_questions(),
    "right, then wrong": repeated(1.0, 1.0, 1.0, 0.0, 0.0, 0.0),
    "right and wrong in turn": repeated(1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0),
}


@pytest.mark.parametrize("name", INVERTED)
@pytest.mark.parametrize("forgetting", [False, True])
def test_no_fit_takes_wrong_answers_for_mastery(name: str, forgetting: bool):
    """learning-science 2: never guess + slip >= 1, nor a prior above .95; the pooled fit, too."""
    fitted = fit(*INVERTED[name], skills=1, forgetting=forgetting)

    for params in (fitted.params(0), fitted.pooled):
        assert params.guess + params.slip <= MAX_SUM
        assert params.learn + params.forget <= MAX_SUM
        assert params.prior <= MAX_PRIOR
        assert curve([0.0] * 20, params)[6:].max() < MAX_AFTER_FAILURES
        assert curve([1.0] * 10, params)[-1] >= curve([0.0] * 10, params)[-1]


def test_the_reasons_for_a_rejected_fit_are_reported():
    """learning-science 2."""
    fitted = fit(*harder_questions(), skills=2)

    assert fitted.rejections(0) == fitted.pooled_rejected == [Rejection.UNINFORMATIVE]
    assert fitted.params(0) == fitted.pooled == DEFAULTS
    assert fitted.rejections(1) == []


def test_an_inverted_skill_does_not_change_the_others():
    """Only the skill that is rejected has the pooled parameters."""
    usual, odd = simulated([EASY, HARD], learners=400, answers=10), harder_questions()
    learner, skill, score = (
        np.concatenate(pair) for pair in zip(usual, (odd[0], odd[1] + 2, odd[2]), strict=True)
    )

    fitted = fit(learner, skill, score, skills=3)

    assert fitted.rejections(2)
    assert fitted.params(2) == fitted.pooled
    for row, truth in enumerate([EASY, HARD]):
        assert fitted.rejections(row) == []
        assert fitted.params(row) == pytest.approx(truth, abs=0.1)


@given(answers=ANSWERS, forgetting=st.booleans())
@settings(max_examples=25)
def test_any_answers_give_probabilities(answers: list[tuple[int, int, float]], forgetting: bool):
    fitted = fit(*columns(answers), skills=3, forgetting=forgetting)

    prior, *chances, forget = (column.tolist() for column in fitted.rows)
    assert all(MIN_MASTERY <= chance <= MAX_PRIOR for chance in prior)
    assert np.all(fitted.rows.guess + fitted.rows.slip <= MAX_SUM + 1e-12)
    assert np.all(fitted.rows.learn + fitted.rows.forget <= MAX_PROBABILITY)
    assert all(
        MIN_PROBABILITY <= chance <= MAX_PROBABILITY for column in chances for chance in column
    )
    assert all((chance > 0) is forgetting for chance in forget)
    assert np.all(fitted.has_converged)


@given(answers=ANSWERS)
@settings(max_examples=25)
def test_no_iteration_lowers_the_objective(answers: list[tuple[int, int, float]]):
    """Dempster, Laird & Rubin 1977."""
    packed = Sequences.of(*columns(answers)).packed()
    toward = ParamRows.of([FADING] * 3)
    params, before = ParamRows.of([EASY, HARD, FADING]), np.full(3, -np.inf)
    params = maximisation_step(expected_counts(packed, params), toward)

    for _ in range(5):
        expected = expected_counts(packed, params)
        reached = expected.log_likelihood + log_density(params, toward)
        assert np.all(reached >= before - 1e-9)
        params, before = maximisation_step(expected, toward), reached


@given(answers=ANSWERS, data=st.data())
@settings(max_examples=25)
def test_only_the_order_of_a_learners_answers_to_a_skill_matters(
    answers: list[tuple[int, int, float]], data: st.DataObject
):
    """The order among independent skills and learners is irrelevant."""
    learners_first = sorted(answers, key=lambda answer: answer[0])
    skills_first = sorted(answers, key=lambda answer: answer[1])

    assert_same_fit(fit(*columns(learners_first), skills=3), fit(*columns(skills_first), skills=3))


def test_a_fit_is_reproducible():
    answers = simulated([EASY, HARD], learners=50, answers=8)

    assert_same_fit(
        fit(*answers, skills=2, starts=3, seed=5), fit(*answers, skills=2, starts=3, seed=5)
    )
    assert_same_fit(fit(*answers, skills=2, seed=5), fit(*answers, skills=2, seed=6))


def test_more_starts_never_end_at_a_lower_objective():
    """For a skill unlike the others, the best of all starts is kept."""
    odd = Params(prior=0.90, learn=0.30, guess=0.02, slip=0.45)
    answers = simulated([odd, *[EASY] * 4], learners=300, answers=20)

    one, some, many = (objective(fit(*answers, skills=5, starts=n)) for n in (1, 2, 8))

    assert np.all(some >= one)
    assert np.all(many >= some)
    assert many[0] > one[0]


@pytest.mark.parametrize(
    ("learner", "skill", "score", "starts"),
    [
        ([1, 1], [0], [1.0], 1),
        ([1], [0], [1.0, 1.0], 1),
        ([[1]], [[0]], [[1.0]], 1),
        ([1], [2], [1.0], 1),
        ([1], [-1], [1.0], 1),
        ([1], [0], [1.1], 1),
        ([1], [0], [float("nan")], 1),
        ([1], [0], [1.0], 0),
    ],
)
def test_invalid_arguments_are_refused(learner: list, skill: list, score: list, starts: int):
    with pytest.raises(ValueError, match=r".+"):
        fit(np.array(learner), np.array(skill), np.array(score), skills=2, starts=starts)


def columns(answers: list[tuple[int, int, float]]) -> Answers:
    learner, skill, score = zip(*answers, strict=True) if answers else ((), (), ())
    return (
        np.array(learner, dtype=np.int64),
        np.array(skill, dtype=np.int64),
        np.array(score, dtype=np.float64),
    )


def log_density(params: ParamRows, toward: ParamRows) -> FloatArray:
    pairs = [pair for pair in zip(params, toward, strict=True) if np.all(pair[1] > 0)]
    return PSEUDO_OBSERVATIONS * np.sum(
        [pull * np.log(p) + (1 - pull) * np.log(1 - p) for p, pull in pairs], axis=0
    )


def objective(fitted: Fit) -> FloatArray:
    """Return the objective of the fit, up to a constant: shape (skills,)."""
    pooled = ParamRows.of([fitted.pooled] * len(fitted.answers))
    return fitted.log_likelihood + log_density(fitted.rows, pooled)


def assert_same_fit(one: Fit, other: Fit) -> None:
    """Assert that two fits are equal to 1e-9."""
    assert one.pooled == pytest.approx(other.pooled, abs=1e-9)
    for column, like in zip(one.rows, other.rows, strict=True):
        np.testing.assert_allclose(column, like, atol=1e-9)
    assert one.rounds.tolist() == other.rounds.tolist()
