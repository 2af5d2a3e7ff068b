"""How well the difficulty of simulated items is found; `learning-science` 2.

    python -m benchmarks.science.difficulty

Worlds drawn from the model's own priors: learners who do not change, items each answered once by
100 of them, all in random order. The measured one is of one skill, so that the error is of the
item's own term. How near an error can come to 0 depends on how many items are far too easy or
hard for most; so beside ours stand Elo ratings of learners and items (Pelánek 2016), and the most
likely difficulties given the prior if all abilities were known, about as near as one can come. In
a world of many skills, where difficulties spread further and each skill's ability is known from
few answers, the same three are given without a target.
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

MAX_ERROR = 0.26
ANSWERS_PER_ITEM = 100
ELO_K = 0.4
WORLDS = 10
_STEPS = 30


class World(NamedTuple):
    """Who answered what, and the truth.

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
    """Measure the error, in logits, and what stands beside it."""
    one = [simulated(seed, skills=1, items=100) for seed in range(WORLDS)]
    yield Row("one skill, Elo ratings: RMSE", error(one, rated))
    yield Row("one skill, abilities known: RMSE", error(one, likeliest))
    yield at_most("one skill: RMSE", error(one, found), MAX_ERROR)
    many = [simulated(seed, skills=20, items=200) for seed in range(WORLDS)]
    yield Row("20 skills, Elo ratings: RMSE", error(many, rated))
    yield Row("20 skills, abilities known: RMSE", error(many, likeliest))
    yield Row("20 skills: RMSE", error(many, found))


def simulated(seed: int, *, skills: int, items: int, learners: int = 200) -> World:
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


def found(world: World) -> FloatArray:
    """Return the difficulties as they are followed: shape (items,)."""
    skills, items = int(world.skill.max()) + 1, len(world.difficulty)
    followed = replay_terms(
        world.learner,
        Questions(skill=world.skill, item=world.item, score=world.score),
        Estimates.of_skills(skills),
        Estimates.of_items(items),
    )
    return followed.skills.terms.mean[np.arange(items) % skills] + followed.items.terms.mean


def rated(world: World) -> FloatArray:
    """Return the difficulties by Elo ratings: shape (items,)."""
    abilities = [0.0] * (int(world.learner.max()) + 1)
    difficulties = [0.0] * len(world.difficulty)
    asked = zip(world.learner.tolist(), world.item.tolist(), world.score.tolist(), strict=True)
    for learner, item, score in asked:
        step = ELO_K * (score - sigmoid(abilities[learner] - difficulties[item]))
        abilities[learner] += step
        difficulties[item] -= step
    return np.array(difficulties)


def likeliest(world: World) -> FloatArray:
    """Return the most likely difficulties given the abilities, by Newton's method: (items,)."""
    mean, precision = SKILL.mean + ITEM.mean, 1.0 / (SKILL.variance + ITEM.variance)
    items = len(world.difficulty)
    difficulty = np.full(items, mean)
    for _ in range(_STEPS):
        p = sigmoids(world.ability - difficulty[world.item])
        uphill = np.bincount(world.item, p - world.score, items) - precision * (difficulty - mean)
        difficulty += uphill / (np.bincount(world.item, p * (1.0 - p), items) + precision)
    return difficulty


def error(worlds: list[World], method: Callable[[World], FloatArray]) -> float:
    """Return the root mean squared error; where the scale begins is nobody's to know."""
    variances = [np.var(method(world) - world.difficulty) for world in worlds]
    return float(np.sqrt(np.mean(variances)))


if __name__ == "__main__":
    sys.exit(not show(rows()))
