"""Readiness: recall of studied items, first-sight success of others; learning-science 2, 5."""

from __future__ import annotations

from math import nan, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import difficulty
from analytics.core.difficulty import (
    ABSENT,
    ITEM,
    LEARNER,
    LEARNER_SKILL,
    LONE_ITEM,
    SKILL,
    Gaussian,
    Gaussians,
)
from analytics.core.logistic import sigmoid
from analytics.core.memory import DAY, Memories, Memory, Reviewed, served_recall
from analytics.core.readiness import (
    Questions,
    p_correct_at_first_sight,
    readiness,
    recall_probability_now,
)
from analytics.core.recall import INITIAL, Practice, inputs, update

NOTHING = Gaussian(nan, nan)
TERMS = st.builds(Gaussian, st.floats(-4, 4), st.floats(0.01, 2))


def question(
    *,
    at_skill: Gaussian = NOTHING,
    skill: Gaussian = NOTHING,
    item: Gaussian = ITEM,
    has_skill: bool = False,
    is_answered: bool = False,
) -> Questions:
    """Return a single question."""
    return Questions(
        skill_ability=single(at_skill),
        skill=single(skill),
        item=single(item),
        has_skill=np.array([has_skill]),
        is_answered=np.array([is_answered]),
    )


def single(term: Gaussian) -> Gaussians:
    return Gaussians(np.array([term.mean]), np.array([term.variance]))


def p_correct_of(asked: Questions, ability: Gaussian = LEARNER) -> float:
    return p_correct_at_first_sight(asked, ability).item()


def test_an_unknown_item_has_the_prior_difficulty():
    """By hand: logit p = m / √(1 + πv/8) with m = .6 and v = .6 + .6 + 1 + .8."""
    anything = sigmoid(0.6 / sqrt(1 + pi * 3.0 / 8))

    in_a_set = p_correct_of(question(skill=SKILL, has_skill=True))

    assert in_a_set == pytest.approx(anything)
    alone = 0.6 / sqrt(1 + pi * 2.4 / 8)
    assert p_correct_of(question()) == pytest.approx(sigmoid(alone))


@given(ability=TERMS, at_skill=TERMS, skill=TERMS, item=TERMS)
def test_known_terms_give_the_prediction_of_the_model_of_answers(
    ability: Gaussian, at_skill: Gaussian, skill: Gaussian, item: Gaussian
):
    """learning-science 2: both use the same terms."""
    log_odds, _ = difficulty.expect(ability, at_skill, skill, item)

    asked = question(at_skill=at_skill, skill=skill, item=item, has_skill=True, is_answered=True)

    assert p_correct_of(asked, ability) == pytest.approx(sigmoid(log_odds))


@given(ability=TERMS, item=TERMS, skill=TERMS)
def test_unknown_terms_start_from_their_priors(ability: Gaussian, item: Gaussian, skill: Gaussian):
    new_to_skill, _ = difficulty.expect(ability, LEARNER_SKILL, skill, ITEM)
    alone, _ = difficulty.expect(ability, ABSENT, ABSENT, item)
    unheard_of, _ = difficulty.expect(ability, ABSENT, ABSENT, LONE_ITEM)

    assert p_correct_of(question(skill=skill, has_skill=True), ability) == pytest.approx(
        sigmoid(new_to_skill)
    )
    assert p_correct_of(question(item=item, is_answered=True), ability) == pytest.approx(
        sigmoid(alone)
    )
    assert p_correct_of(question(item=item), ability) == pytest.approx(sigmoid(unheard_of))


@given(
    stability=st.floats(0.001, 1e5),
    days=st.floats(0, 4000),
    score=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_recall_of_a_studied_item(stability: float, days: float, score: float):
    """learning-science 5: R by fractional days, and the recall model of the learner."""
    practice = Practice(3.0, 1.0, 1.0, 5.0)
    model = update(INITIAL, inputs(0.8, 3.0, 5.0, practice), score)
    at = int(days * DAY)
    memory = Memory(stability, 5.0, 0)

    [recall] = recall_probability_now(many(memory), practised(1), model, at)

    assert recall == pytest.approx(served_recall(Reviewed(memory, practice), model, at))
    assert 0 < recall < 1


def practised(count: int) -> Practice:
    return Practice(*(np.full(count, value) for value in (3.0, 1.0, 1.0, 5.0)))


def many(*memories: Memory) -> Memories:
    stability, hardness, at = zip(*memories, strict=True)
    return Memories(np.array(stability), np.array(hardness), np.array(at, dtype=np.int64))


def test_the_readiness_of_a_set_is_that_of_its_items():
    """One pass gives recall of the studied items and first-sight success of the others."""
    studied = Memory(10.0, 5.0, 0)
    recall = recall_probability_now(
        many(studied, Memory(nan, nan, 0)), practised(2), INITIAL, 10 * DAY
    )

    ready = readiness(recall, np.array([0.3, 0.4]))

    served = served_recall(Reviewed(studied, Practice(3.0, 1.0, 1.0, 5.0)), INITIAL, 10 * DAY)
    assert ready == pytest.approx([served, 0.4])
    assert np.isnan(recall[1])
