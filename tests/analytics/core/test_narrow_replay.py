"""Replays of few and of many learners give the same states (learning-science 1 to 4)."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.bkt import ParamRows
from analytics.core.learner_update import DEFAULT_MODEL
from analytics.core.narrow_replay import choose_learners, replay_answers
from analytics.core.replay import Answers, replay
from analytics.core.stuck_batch import ModelRows
from tests.analytics.core.test_stuck import LOCAL

SKILLS = 3


def answers_of(counts: list[int]) -> Answers:
    """Return random answers of learners, mixed; each learner's in order of time."""
    rng = np.random.default_rng(sum(counts))
    learner = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    size = len(learner)
    skill = rng.integers(0, SKILLS, size)

    def or_missing(values: np.ndarray) -> np.ndarray:
        return np.where(rng.random(size) < 0.3, np.nan, values)

    return Answers(
        learner=learner,
        belief=np.unique(learner * SKILLS + skill, return_inverse=True)[1],
        score=rng.choice([0.0, 0.4, 1.0], size),
        day=20_000.0 + np.sort(rng.uniform(0, 30, size)),
        skill_mean=rng.normal(-0.5, 0.3, size),
        skill_variance=rng.uniform(0.1, 1.0, size),
        item_mean=rng.normal(0, 0.8, size),
        item_variance=rng.uniform(0.1, 0.8, size),
        typical_seconds=rng.uniform(5, 60, size),
        seconds=or_missing(rng.uniform(1, 90, size)),
        confidence=or_missing(rng.integers(1, 6, size).astype(float)),
    )


def parameters(states: int, *, forget: float) -> ParamRows:
    rng = np.random.default_rng(states)
    prior, learn, guess, slip = rng.uniform(0.05, 0.3, (4, states))
    return ParamRows(prior, learn, guess, slip, np.full(states, forget))


@pytest.mark.parametrize(
    ("counts", "single"),
    [
        ([500], 1),
        ([1], 1),
        ([400, *[2] * 300], 1),
        ([2, 600, 3, 500, *[4] * 200], 2),
        ([40] * 60, 0),
    ],
)
def test_learners_with_many_answers_are_replayed_one_answer_at_a_time(
    counts: list[int], single: int
):
    answers = answers_of(counts)
    states = int(answers.belief.max()) + 1
    classic, forgetting = parameters(states, forget=0.0), parameters(states, forget=0.02)

    models = ModelRows.of([DEFAULT_MODEL, LOCAL], np.arange(states) % 2)

    found = replay_answers(answers, classic=classic, forgetting=forgetting, models=models)

    assert choose_learners(answers).sum() == single
    expected = replay(answers, classic=classic, forgetting=forgetting, models=models)
    for name in (
        "before", "after", "mastery", "mastery_with_forgetting", "attempts", "correct",
        "skill_ability", "ability", "efficiency_weight", "efficiency",
    ):  # fmt: skip
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-9)
    courses, expected_courses = (
        np.array([np.frombuffer(record) for record in result.trajectories.to_bytes(rows)])
        for rows in [np.arange(states)]
        for result in (found, expected)
    )
    np.testing.assert_allclose(courses, expected_courses, atol=1e-9)


def test_no_answers_are_replayed_to_nothing():
    nothing = answers_of([])
    params = ParamRows.of([])

    models = ModelRows.of([DEFAULT_MODEL], np.zeros(0, np.int64))

    result = replay_answers(nothing, classic=params, forgetting=params, models=models)

    assert len(result.before) == len(result.ability.mean) == len(result.trajectories) == 0
