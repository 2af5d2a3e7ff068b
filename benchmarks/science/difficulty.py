"""Measure how well the difficulty of simulated items is estimated; `learning-science` 2.

    python -m benchmarks.science.difficulty

Worlds are drawn from the model's own priors: learners do not change, and each item is answered
once by 100 of them, all in random order. The measured world has one skill, so that the error is
that of the item's own term. The smallest possible error depends on how many items are far too easy
or too hard for most learners; so two other methods are measured for comparison: Elo ratings of
learners and items (Pelánek 2016), and the most likely difficulties given the prior if all
abilities were known, which is about the best possible. In a world of many skills, where
difficulties spread further and each skill's ability is known from few answers, the same three are
measured without a target.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from analytics.core.difficulty import ITEM, LEARNER, LEARNER_SKILL, SKILL
from analytics.core.item_parameters import Estimates, Questions, replay_terms
from analytics.core.logistic import FloatArray, IntArray, sigmoid, sigmoids
from benchmarks.science.table import Row, at_most, show

MAX_ERROR = 0.265
ANSWERS_PER_ITEM = 100
ELO_K = 0.4
WORLDS = 10
_STEPS = 30


class World(NamedTuple):
    """Simulated answers, and the true parameters.

    `learner`, `skill`, `item`, `score` and `ability`, θ_u + θ_us, have shape (answers,);
    `difficulty`, b_s + d_i, has (items,).
    """

    learner: IntArray
    skill: IntArray
    item: IntArray
    score: FloatArray
    ability: FloatArray
    difficulty: FloatArray


def rows() -> Iterator[Row]:
    """Measure the error of our estimates, in logits, and of the other methods."""
    one = [simulate_world(seed, skills=1, items=100) for seed in range(WORLDS)]
    yield Row("one skill, Elo ratings: RMSE", root_mean_squared_error(one, estimate_by_elo))
    yield Row(
        "one skill, abilities known: RMSE", root_mean_squared_error(one, estimate_with_abilities)
    )
    yield at_most("one skill: RMSE", root_mean_squared_error(one, estimate), MAX_ERROR)
    many = [simulate_world(seed, skills=20, items=200) for seed in range(WORLDS)]
    yield Row("20 skills, Elo ratings: RMSE", root_mean_squared_error(many, estimate_by_elo))
    yield Row(
        "20 skills, abilities known: RMSE", root_mean_squared_error(many, estimate_with_abilities)
    )
    yield Row("20 skills: RMSE", root_mean_squared_error(many, estimate))


def simulate_world(seed: int, *, skills: int, items: int, learners: int = 200) -> World:
    """Draw a world; skills have equally many items."""
    random = np.random.default_rng(seed)
    takers = [random.permutation(learners)[:ANSWERS_PER_ITEM] for _ in range(items)]
    item = np.repeat(np.arange(items), ANSWERS_PER_ITEM)
    order = random.permutation(len(item))
    learner, item = np.concatenate(takers)[order], item[order]
    skill = item % skills
    general = random.normal(LEARNER.mean, LEARNER.variance**0.5, learners)
    special = random.normal(LEARNER_SKILL.mean, LEARNER_SKILL.variance**0.5, (learners, skills))
    of_skill = random.normal(SKILL.mean, SKILL.variance**0.5, skills)
    of_item = random.normal(ITEM.mean, ITEM.variance**0.5, items)
    ability = general[learner] + special[learner, skill]
    difficulty = of_skill[np.arange(items) % skills] + of_item
    is_right = random.random(len(item)) < sigmoids(ability - difficulty[item])
    return World(learner, skill, item, is_right.astype(np.float64), ability, difficulty)


def estimate(world: World) -> FloatArray:
    """Return the difficulties that the service would estimate: shape (items,)."""
    skills, items = int(world.skill.max()) + 1, len(world.difficulty)
    replayed = replay_terms(
        world.learner,
        Questions(skill=world.skill, item=world.item, score=world.score),
        Estimates.of_skills(skills),
        Estimates.of_items(items),
    )
    return replayed.skills.terms.mean[np.arange(items) % skills] + replayed.items.terms.mean


def estimate_by_elo(world: World) -> FloatArray:
    """Return the difficulties by Elo ratings: shape (items,)."""
    abilities = [0.0] * (int(world.learner.max()) + 1)
    difficulties = [0.0] * len(world.difficulty)
    trials = zip(world.learner.tolist(), world.item.tolist(), world.score.tolist(), strict=True)
    for learner, item, score in trials:
        step = ELO_K * (score - sigmoid(abilities[learner] - difficulties[item]))
        abilities[learner] += step
        difficulties[item] -= step
    return np.array(difficulties)


def estimate_with_abilities(world: World) -> FloatArray:
    """Return the most likely difficulties given the abilities, by Newton's method: (items,)."""
    mean, precision = SKILL.mean + ITEM.mean, 1.0 / (SKILL.variance + ITEM.variance)
    items = len(world.difficulty)
    difficulty = np.full(items, mean)
    for _ in range(_STEPS):
        p = sigmoids(world.ability - difficulty[world.item])
        gradient = np.bincount(world.item, p - world.score, items) - precision * (difficulty - mean)
        difficulty += gradient / (np.bincount(world.item, p * (1.0 - p), items) + precision)
    return difficulty


def root_mean_squared_error(worlds: list[World], method: Callable[[World], FloatArray]) -> float:
    """Return the root mean squared error after centring: the origin of the scale is arbitrary."""
    variances = [np.var(method(world) - world.difficulty) for world in worlds]
    return float(np.sqrt(np.mean(variances)))


if __name__ == "__main__":
    sys.exit(not show(rows()))
