"""The calibrated probability of being stuck, its batch and its fit: learning-science 3."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.core import bkt, growth_fit, replay, stuck, stuck_batch, stuck_fit
from analytics.core.difficulty import Gaussian
from analytics.core.learner_update import (
    DEFAULT_MODEL,
    Ability,
    Belief,
    Evidence,
    Model,
    Shared,
    absorb,
)
from analytics.core.stuck import SHIPPED, Calibration
from analytics.core.stuck_batch import ModelRows
from benchmarks.science.plateaus import replay_learners
from benchmarks.science.simulator import Kind, simulated

LOCAL = Model(
    climb=0.14,
    stuck=Calibration(
        (-2.7, 2.7, 15.4, -0.9, -1.5, 0.4, -0.3, -3.6, 0.2, -3.7, -7.3), 0.5, is_local=True
    ),
)
START_DAY = 20_000.0
ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 1),  # skill
        st.sampled_from([0.0, 0.0, 0.0, 1.0, 0.5]),
        st.floats(0, 2),  # days since the answer before
        st.none() | st.floats(0, 300),  # seconds
        st.none() | st.booleans(),  # hinted
    ),
    min_size=1,
    max_size=40,
)


def judged(scores: str, model: Model = DEFAULT_MODEL) -> Belief:
    """Return the state after answers on one skill, 1 for right and 0 for wrong."""
    ability, state = Ability(), Belief.initial(model)
    shared = Shared(Gaussian(0.0, 0.05), Gaussian(0.0, 0.06))
    for score in scores:
        absorb(ability, state, Evidence(float(score), START_DAY, shared), model)
    return state


@pytest.mark.parametrize("model", [DEFAULT_MODEL, LOCAL])
def test_failing_learners_become_stuck_and_succeeding_ones_never(model: Model):
    assert judged("0" * 30, model).trajectory.is_plateau
    assert judged("0010010100" * 3, model).trajectory.is_plateau
    for n in range(8, 30):
        right = judged("1" * n, model).trajectory
        assert right.stuck < 0.4
        assert not right.is_flagged


def test_only_a_local_calibration_gives_a_calibrated_probability():
    assert judged("0" * 10, LOCAL).trajectory.is_calibrated
    assert not judged("0" * 10).trajectory.is_calibrated


def test_the_shipped_calibration_is_stored_as_nothing():
    assert SHIPPED.numbers() == []
    assert Calibration.of_numbers([]) == SHIPPED
    assert Calibration.of_numbers(LOCAL.stuck.numbers()) == LOCAL.stuck


@settings(max_examples=60)
@given(answers=ANSWERS, is_local=st.booleans())
def test_a_batch_equals_single_answers(answers: list[tuple], is_local: bool):
    """Judgement, flag and habits after a replay are those of one answer after another."""
    model = LOCAL if is_local else DEFAULT_MODEL
    ability = Ability()
    states: dict[int, Belief] = {}
    days = START_DAY + np.cumsum([gap for _, _, gap, _, _ in answers])
    for (skill, score, _, seconds, hinted), day in zip(answers, days.tolist(), strict=True):
        state = states.setdefault(skill, Belief.initial(model))
        shared = Shared(Gaussian(0.3, 0.1), Gaussian(-0.2, 0.1), 90.0)
        absorb(ability, state, Evidence(score, day, shared, seconds, None, hinted), model)

    rows = {skill: row for row, skill in enumerate(states)}
    columns = list(zip(*answers, strict=True))
    every = np.ones(len(answers))
    replayed = replay.replay(
        replay.Answers(
            learner=np.zeros(len(answers), np.int64),
            belief=np.array([rows[skill] for skill in columns[0]]),
            score=np.array(columns[1]),
            day=days,
            skill_mean=0.3 * every,
            skill_variance=0.1 * every,
            item_mean=-0.2 * every,
            item_variance=0.1 * every,
            typical_seconds=90.0 * every,
            seconds=np.array(columns[3], dtype=np.float64),
            confidence=np.nan * every,
            hinted=np.array(columns[4], dtype=np.float64),
        ),
        classic=bkt.ParamRows.of([model.classic] * len(rows)),
        forgetting=bkt.ParamRows.of([model.forgetting] * len(rows)),
        models=ModelRows.of([model], np.zeros(len(rows), np.int64)),
    )

    for skill, row in rows.items():
        found = np.frombuffer(replayed.trajectories.row(row).to_bytes())
        expected = np.frombuffer(states[skill].trajectory.to_bytes())
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_the_outcome_compares_the_next_ten_answers_with_the_last_ten():
    def outcome(before: str, after: str) -> float:
        score = np.array([float(each) for each in before + after])
        return float(stuck_fit.outcomes(np.zeros(len(score), np.int64), score)[len(before) - 1])

    assert outcome("00001111", "0011001100") == 1
    assert outcome("00001111", "1111110000") == 1  # .10 better
    assert outcome("00001111", "1111111000") == 0  # .70
    assert outcome("00000111", "1111110000") == 0  # more than .10 better
    assert np.isnan(outcome("0000000", "0000000000"))
    assert np.isnan(outcome("00000000", "000000000"))


def fitted(of_each: int, seed: int) -> Calibration | None:
    answers, replayed, inputs = replay_learners(simulated(of_each, seed))
    return stuck_fit.fit_calibration(
        inputs, replayed.observed, answers.learner, answers.belief, answers.score
    )


def test_a_local_fit_is_calibrated_on_other_learners():
    """learning-science 3: calibration error <= .03; at most 15 % are flagged."""
    calibration = fitted(30, seed=4)
    assert calibration is not None
    assert calibration.is_local
    answers, replayed, inputs = replay_learners(simulated(30, seed=5))

    probability = stuck_batch.probabilities(inputs, np.array(calibration.weights))

    outcome = stuck_fit.outcomes(answers.belief, answers.score)
    is_point = ~np.isnan(outcome)
    of_bin = np.minimum((probability[is_point] * 10).astype(int), 9)
    gaps = np.bincount(of_bin, probability[is_point] - outcome[is_point], 10)
    assert np.abs(gaps).sum() / is_point.sum() <= 0.03
    limit = np.full(len(probability), calibration.threshold)
    flagged = stuck_batch.flags(probability, replayed.observed, answers.belief, limit)
    assert flagged[is_point].mean() <= 0.17


def test_a_fit_to_few_answers_or_one_that_does_not_rank_is_not_kept():
    assert fitted(2, seed=4) is None
    answers, replayed, inputs = replay_learners(simulated(30, seed=4))
    shuffled = np.random.default_rng(1).permutation(len(answers))
    unrelated = stuck.Inputs(*(column[shuffled] for column in inputs))

    found = stuck_fit.fit_calibration(
        unrelated, replayed.observed, answers.learner, answers.belief, answers.score
    )

    assert found is None


@pytest.mark.parametrize("climb", [0.06, 0.14, 0.3])
def test_the_growth_rate_is_recovered(climb: float):
    """learning-science 3: fitted by likelihood, from learners who grow at this rate."""
    answers = grown(climb, learners=400, length=40)

    assert growth_fit.fit_climb(answers) == pytest.approx(climb, rel=0.25)


def test_without_answers_the_growth_rate_is_the_default():
    assert growth_fit.fit_climb(grown(0.3, learners=3, length=5)) == pytest.approx(0.30, rel=0.02)


def grown(climb: float, *, learners: int, length: int) -> replay.Answers:
    """Return answers drawn from `growth_hmm` itself."""
    levels, rng = np.array([0.20, 0.35, 0.50, 0.65, 0.80, 0.92]), np.random.default_rng(2)
    level = rng.choice(6, learners, p=[0.30, 0.25, 0.18, 0.12, 0.08, 0.07])
    is_growing = rng.random(learners) < 0.9
    scores = []
    for step in range(length):
        if step:
            level = np.where(is_growing & (rng.random(learners) < climb), level + 1, level)
            level = np.where(~is_growing & (rng.random(learners) < 0.01), level - 1, level)
            level = level.clip(0, 5)
            turn = rng.random(learners) < np.where(is_growing, 0.02, 0.008)
            is_growing = is_growing ^ turn
        scores.append(rng.random(learners) < levels[level])
    row = np.tile(np.arange(learners), length)
    zero, unknown = np.zeros(len(row)), np.full(len(row), np.nan)
    return replay.Answers(
        learner=row, belief=row, score=np.concatenate(scores).astype(np.float64), day=zero,
        skill_mean=zero, skill_variance=zero, item_mean=zero, item_variance=zero,
        typical_seconds=unknown, seconds=unknown, confidence=unknown,
    )  # fmt: skip


def test_discounted_accuracies_start_at_the_first_score():
    recent = stuck.after_answer(stuck.NOTHING_RECENT, 1.0, 1)
    assert recent == pytest.approx(stuck.Recent(1.0, 1.0, 1.0))

    recent = stuck.after_answer(recent, 0.0, 2)

    assert recent.slow == pytest.approx(0.85 / 1.85)
    assert recent.fast == pytest.approx(0.6 / 1.6)
    assert recent.results == 2.0


def test_kinds_that_improve_are_rarely_flagged():
    """learning-science 3: the shipped weights, on other learners than they were trained on."""
    learners = simulated(100, seed=9)
    answers, replayed, inputs = replay_learners(learners)
    probability = stuck_batch.probabilities(inputs, np.array(SHIPPED.weights))
    limit = np.full(len(probability), SHIPPED.threshold)

    flags = stuck_batch.flags(probability, replayed.observed, answers.belief, limit)

    ever = np.array(flags.reshape(learners.score.shape).any(axis=1))
    kind = np.array(learners.kind)
    assert ever[kind == Kind.MASTERED].mean() <= 0.02
    assert ever[kind == Kind.STEADY].mean() <= 0.06
