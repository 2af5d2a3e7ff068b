"""The growing/stuck grid as a hidden Markov model: learning-science 3."""

from __future__ import annotations

from itertools import product
from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import growth_hmm
from analytics.core.growth_hmm import LEVELS, P_CLIMB, START, Belief
from analytics.core.logistic import logit, sigmoid

SCORES = st.floats(0, 1)
DIFFICULTIES = st.floats(-3, 3)
ANSWERS = st.lists(st.tuples(SCORES, DIFFICULTIES), max_size=40)


def test_the_first_answer_is_evaluated_without_a_transition():
    """learning-science 3, by hand: P(right) = .4439, so .27 x .20 / .4439 and so on."""
    belief = growth_hmm.observe(START, 1.0, 1.0)

    assert belief.growing[0] == pytest.approx(0.27 * 0.20 / 0.4439)
    assert belief.stuck[5] == pytest.approx(0.007 * 0.92 / 0.4439)
    assert growth_hmm.p_stuck(belief) == pytest.approx(0.1 * 0.3155 / 0.4439)


def test_a_transition_moves_levels_and_then_modes():
    """learning-science 3, by hand for the lowest level: .27 growing, .03 and .025 stuck."""
    belief = growth_hmm.transition(START, P_CLIMB)

    growing, stuck = 0.7 * 0.27, 0.03 + 0.01 * 0.025
    assert belief.growing[0] == pytest.approx(0.98 * growing + 0.008 * stuck)
    assert belief.stuck[0] == pytest.approx(0.02 * growing + 0.992 * stuck)


@pytest.mark.parametrize("difficulty", [-3.0, 0.0, 1.5])
def test_the_probability_of_a_right_answer_is_logistic(difficulty: float):
    """learning-science 3.2: p = sigmoid(logit level - .7 difficulty)."""
    prior = 1 / 6
    belief = Belief((prior,) * 6, (0.0,) * 6)

    right = growth_hmm.observe(belief, 1.0, exp(-0.7 * difficulty)).growing

    expected = [sigmoid(logit(level) - 0.7 * difficulty) for level in LEVELS]
    assert right == pytest.approx([p / sum(expected) for p in expected])


@given(answers=st.lists(st.tuples(st.sampled_from([0.0, 1.0]), DIFFICULTIES), max_size=4))
def test_the_belief_is_the_sum_over_all_hidden_paths(answers: list[tuple[float, float]]):
    """learning-science 3: compared with a sum over every path of the twelve states."""
    belief = belief_after(answers)

    assert [*belief.growing, *belief.stuck] == pytest.approx(belief_by_paths(answers), abs=1e-12)


@given(answers=ANSWERS)
def test_a_belief_stays_a_probability_distribution(answers: list[tuple[float, float]]):
    """learning-science 3: probabilities that sum to 1, with derived values in their ranges."""
    belief = belief_after(answers)

    assert min(*belief.growing, *belief.stuck) >= 0
    assert sum(belief.growing) + sum(belief.stuck) == pytest.approx(1, abs=1e-12)
    assert 0 <= growth_hmm.p_stuck(belief) <= 1
    assert LEVELS[0] - 1e-12 <= growth_hmm.level(belief) <= LEVELS[-1] + 1e-12
    assert -0.0015 <= growth_hmm.velocity(belief, P_CLIMB) <= 0.045
    assert 0 <= growth_hmm.p_mastered(belief) <= 1 + 1e-12
    assert growth_hmm.p_still(belief) == pytest.approx(sum(belief.stuck), abs=1e-12)
    levels = np.array([*LEVELS, *LEVELS])
    shares = np.array([*belief.growing, *belief.stuck])
    variance = shares @ (levels - growth_hmm.level(belief)) ** 2
    assert growth_hmm.level_variance(belief) == pytest.approx(variance, abs=1e-12)


@given(answers=ANSWERS, score=SCORES, difficulty=DIFFICULTIES)
def test_a_better_answer_never_lowers_the_level(
    answers: list[tuple[float, float]], score: float, difficulty: float
):
    """learning-science 3: monotone in the evidence."""
    belief, ease = growth_hmm.transition(belief_after(answers), P_CLIMB), exp(-0.7 * difficulty)

    worst, level, best = (
        growth_hmm.level(growth_hmm.observe(belief, s, ease)) for s in (0.0, score, 1.0)
    )

    assert worst - 1e-12 <= level <= best + 1e-12


@given(answers=ANSWERS, score=SCORES)
def test_soft_evidence_mixes_the_two_posteriors(answers: list[tuple[float, float]], score: float):
    """learning-science 1 and 3: Jeffrey's rule."""
    belief = growth_hmm.transition(belief_after(answers), P_CLIMB)

    soft = np.array(growth_hmm.observe(belief, score, 1.3))

    right, wrong = (np.array(growth_hmm.observe(belief, s, 1.3)) for s in (1.0, 0.0))
    assert np.allclose(soft, score * right + (1 - score) * wrong, rtol=0, atol=1e-12)


@given(answers=ANSWERS)
def test_velocity_is_the_gain_of_the_next_transition(answers: list[tuple[float, float]]):
    """learning-science 3: the expected gain per attempt, without a decline at mastered levels."""
    belief = belief_after(answers)

    gain = growth_hmm.level(growth_hmm.transition(belief, P_CLIMB)) - growth_hmm.level(belief)

    slide = growth_hmm.P_SLIDE * (0.15 * belief.stuck[4] + 0.12 * belief.stuck[5])
    assert growth_hmm.velocity(belief, P_CLIMB) == pytest.approx(gain + slide, abs=1e-12)


def test_the_hardest_question_leaves_a_valid_belief():
    """learning-science 3: at fifty logits nothing underflows for any answer."""
    for score, difficulty in product([0.0, 0.5, 1.0], [-50.0, 50.0]):
        belief = growth_hmm.observe(START, score, exp(-0.7 * difficulty))

        assert sum(belief.growing) + sum(belief.stuck) == pytest.approx(1, abs=1e-12)


def test_there_must_be_six_bins():
    with pytest.raises(ValueError, match="unpack"):
        growth_hmm.bins([0.5] * 5)


def belief_after(answers: list[tuple[float, float]]) -> Belief[float]:
    """Return the belief after these scores and difficulties."""
    belief = START
    for number, (score, difficulty) in enumerate(answers):
        moved = growth_hmm.transition(belief, P_CLIMB) if number else belief
        belief = growth_hmm.observe(moved, score, exp(-0.7 * difficulty))
    return belief


def belief_by_paths(answers: list[tuple[float, float]]) -> list[float]:
    """Return the distribution of the last state over all paths, growing states first."""
    weights = [0.0] * 12
    start = [
        share * level for share in (0.9, 0.1) for level in (0.30, 0.25, 0.18, 0.12, 0.08, 0.07)
    ]
    likelihoods = [
        [p if score else 1 - p for p in (sigmoid(logit(level) - 0.7 * d) for level in LEVELS)]
        for score, d in answers
    ]
    if not answers:
        return start

    def follow(state: int, at: int, weight: float) -> None:
        weight *= likelihoods[at][state % 6]
        if at + 1 == len(answers):
            weights[state] += weight
            return
        for successor, probability in successors(state).items():
            follow(successor, at + 1, weight * probability)

    for state, share in enumerate(start):
        follow(state, 0, share)
    return [weight / sum(weights) for weight in weights]


def successors(state: int) -> dict[int, float]:
    """Return the next states: a step along the grid or none, then a change of mode or none."""
    is_stuck, level = divmod(state, 6)
    moves, step = (0.01, max(level - 1, 0)) if is_stuck else (0.30, min(level + 1, 5))
    switches = 0.008 if is_stuck else 0.02
    reached: dict[int, float] = {}
    for landed, p in ((step, moves), (level, 1 - moves)):
        for mode, q in ((1 - is_stuck, switches), (is_stuck, 1 - switches)):
            reached[6 * mode + landed] = reached.get(6 * mode + landed, 0.0) + p * q
    return reached
