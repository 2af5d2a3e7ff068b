"""Boosted trees: evaluation, fit, and the choice between them and the blend: learning-science 2."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import boosting_fit, learner_update
from analytics.core.boosting import INPUTS, Trees
from analytics.core.difficulty import ITEM, SKILL
from analytics.core.learner_model import LearnerModel
from analytics.core.learner_update import (
    Ability,
    Belief,
    Evidence,
    Model,
    Shared,
    absorb,
    p_correct,
)
from analytics.core.logistic import FloatArray

DAY = 20_000.0


def alternating(learners: int = 30, answers: int = 60) -> list[tuple[Any, ...]]:
    """Return answers that are right and wrong by turns, which the blend cannot predict."""
    random = np.random.default_rng(5)
    return [
        (learner, f"skill{n // 3 % 4}", f"item{random.integers(20)}", float(is_right), 9_000.0 * n)
        for learner in range(learners)
        for n in range(answers)
        for is_right in [(n % 2 == learner % 2) ^ (random.random() < 0.1)]
    ]


@pytest.fixture(scope="module")
def fitted() -> LearnerModel:
    model = LearnerModel()
    model.fit(alternating())
    return model


@pytest.fixture(scope="module")
def trees(fitted: LearnerModel) -> Trees:
    found = fitted.pooled.trees
    assert found is not None
    return found


def random_inputs(rows: int) -> FloatArray:
    return np.random.default_rng(2).normal(1.0, 3.0, (rows, len(INPUTS)))


def test_inference_equals_that_of_the_package():
    """The trees of LightGBM, evaluated without it."""
    lightgbm = pytest.importorskip("lightgbm")
    given, random = random_inputs(4_000), np.random.default_rng(3)
    score = (random.random(4_000) < 1 / (1 + np.exp(-given[:, 0] * given[:, 1]))).astype(float)
    rounded = given.astype(np.float32)

    trees = boosting_fit.fit_trees(rounded, score)

    data = lightgbm.Dataset(rounded, score, params=boosting_fit.PARAMETERS)
    expected = lightgbm.train(boosting_fit.PARAMETERS, data, boosting_fit.ROUNDS).predict(rounded)
    np.testing.assert_allclose(trees.predictions(rounded.astype(np.float64)), expected, atol=1e-12)


def test_a_batch_equals_single_predictions_and_trees_survive_as_bytes(trees: Trees):
    given = random_inputs(3_000)

    many = trees.predictions(given)

    np.testing.assert_allclose(many, [trees.predict(row) for row in given.tolist()], atol=1e-12)
    assert np.ptp(many) > 0.1
    assert (Trees.from_bytes(trees.to_bytes()).predictions(given) == many).all()
    assert len(trees.to_bytes()) < 100_000
    assert trees.predictions(given[:0]).shape == (0,)


def test_a_fit_is_reproducible(trees: Trees):
    again = LearnerModel()

    again.fit(alternating())

    assert again.pooled.trees is not None
    assert again.pooled.trees.to_bytes() == trees.to_bytes()


def test_trees_learn_what_the_blend_cannot(fitted: LearnerModel):
    """After right, wrong, right a wrong answer follows."""
    for n, score in enumerate([1.0, 0.0, 1.0]):
        fitted.observe("ada", "skill0", "item1", score, at=9_000.0 * n)

    assert fitted.predict("ada", "skill0", "item1", at=27_000.0) < 0.4


@pytest.mark.parametrize("case", ["few answers", "few learners", "no gain", "no package"])
def test_the_blend_stays(case: str, monkeypatch: pytest.MonkeyPatch):
    past = alternating()
    if case == "few answers":
        past = alternating(answers=20)
    elif case == "few learners":
        past = alternating(learners=12, answers=120)
    elif case == "no gain":
        random = np.random.default_rng(1)
        past = [(*row[:3], float(random.random() < 0.5), row[4]) for row in past]
    else:
        monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)
    model = LearnerModel()

    model.fit(past)

    assert model.pooled.trees is None
    assert 0.0 < model.predict("ada", "skill0") < 1.0


answers = st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.0, 1.0])), max_size=20)


@given(before=answers, skill=st.integers(0, 2), following=st.integers(0, 2), gap=st.floats(0, 40))
def test_a_right_answer_never_lowers_the_next_prediction(
    trees: Trees, before: list[tuple[int, float]], skill: int, following: int, gap: float
):
    """learning-science 2: from one state, p after a right answer >= p after a wrong one."""
    after = []
    for score in (0.0, 1.0):
        ability, states = Ability(), [Belief.initial() for _ in range(3)]
        model, shared = Model(trees=trees), Shared(SKILL, ITEM)
        for n, (at, result) in enumerate([*before, (skill, score)]):
            absorb(ability, states[at], Evidence(result, DAY + n / 10, shared), model)
        day = DAY + len(before) / 10 + gap
        after.append(p_correct(ability, states[following], shared, model, day=day))

    assert after[1] >= after[0]


@given(
    before=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0.5, 1.0])), max_size=20),
    following=st.integers(0, 2),
    gaps=st.tuples(st.floats(-10, 400), st.floats(-10, 400)),
)
def test_waiting_raises_no_prediction_of_a_learner_who_made_no_mistakes(
    trees: Trees, before: list[tuple[int, float]], following: int, gaps: tuple[float, float]
):
    """Mistakes fade as well; and a time before the last answer counts as that of the last."""
    model = LearnerModel()
    model.pooled = Model(trees=trees)
    for n, (skill, score) in enumerate(before):
        model.observe("ada", skill, None, score, at=float(n))

    early, late = (
        model.predict("ada", following, at=len(before) + 86_400.0 * gap) for gap in sorted(gaps)
    )
    at_once = model.predict("ada", following)

    assert late <= early <= (at_once if before else 1.0)
    if max(gaps) <= -1.0:
        assert late == early == at_once


def test_an_update_leaves_the_evaluation_of_trees_to_the_caller(trees: Trees):
    """Predictions of many answers are cheaper together."""
    model, shared, state = Model(trees=trees), Shared(SKILL, ITEM), Belief.initial()
    expected = p_correct(Ability(), state, shared, model, day=DAY)

    result = absorb(Ability(), state, Evidence(1.0, DAY, shared), model)

    assert result.inputs is not None
    assert trees.predict(result.inputs) == expected
    assert learner_update.predict(Ability(), Belief.initial(), shared, model, day=DAY).inputs == (
        result.inputs
    )
