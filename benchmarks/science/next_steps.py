"""Compare recommendations of skills with other orders, of simulated learners; `learning-science` 7.

    python -m benchmarks.science.next_steps

Sixty days, with the same practice each day under every order: the same minutes, or the same number
of answers. In truth a learner knows a skill or does not (learning-science 1), and the skills
differ: in what is known before (.10 to .40), learning (.03 to .25 per answer), guessing, slipping,
and the time of an answer (15 to 90 s). Each but the first few builds on one or two earlier ones,
without which an answer teaches a tenth. A learner learns .5 to 1.5 times as fast as others. Each
order knows only what the service knows: the answers, through the learner model with default
parameters, without a fit; the usual times; and the prerequisites in one of the settings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from analytics.core import bkt
from analytics.core.difficulty import ITEM, SKILL
from analytics.core.learner_update import (
    DEFAULT_MODEL,
    Ability,
    Belief,
    Evidence,
    Shared,
    absorb,
    p_correct,
)
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.next_steps import Skills, rank
from benchmarks.science.table import Row

LEARNERS, SKILLS, DAYS, SEEDS = 60, 24, 60, (1, 2, 3)
MINUTES, ANSWERS = 6.0, 8  # a day
START_DAY = 20_000.0
WITHOUT_PREREQUISITE = 0.10
QUESTION = Shared(SKILL, ITEM)


class School(NamedTuple):
    """The truth: parameters of the skills, shape (skills,), and the edges between them."""

    params: bkt.ParamRows
    seconds: FloatArray
    before: IntArray
    after: IntArray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> School:
        """Return skills of which each but the first four builds on one or two earlier ones."""
        edges = [
            (int(before), after)
            for after in range(4, SKILLS)
            for before in rng.choice(after, int(rng.integers(1, 3)), replace=False)
        ]
        before, after = np.array(edges).T
        params = bkt.ParamRows(
            prior=rng.uniform(0.10, 0.40, SKILLS),
            learn=np.exp(rng.uniform(np.log(0.03), np.log(0.25), SKILLS)),
            guess=rng.uniform(0.15, 0.30, SKILLS),
            slip=rng.uniform(0.05, 0.15, SKILLS),
            forget=np.zeros(SKILLS),
        )
        seconds = np.exp(rng.uniform(np.log(15.0), np.log(90.0), SKILLS))
        return cls(params, seconds, before, after)

    def has_prerequisites(self, knows: BoolArray) -> BoolArray:
        """Return for each skill whether a learner knows all skills it builds on."""
        missing = np.bincount(self.after, weights=~knows[self.before], minlength=SKILLS)
        has: BoolArray = missing == 0
        return has


class Estimates:
    """The service's estimates of one learner at each skill."""

    def __init__(self, school: School) -> None:
        self.seconds = school.seconds
        self.ability = Ability()
        self.beliefs = [Belief.initial() for _ in range(SKILLS)]
        self.p_correct = np.full(SKILLS, self._predict(0))

    def _predict(self, skill: int) -> float:
        return p_correct(self.ability, self.beliefs[skill], QUESTION, DEFAULT_MODEL, day=0.0)

    def absorb(self, skill: int, *, is_right: bool, day: int) -> None:
        """Update the estimates by an answer."""
        evidence = Evidence(float(is_right), START_DAY + day, QUESTION)
        absorb(self.ability, self.beliefs[skill], evidence, DEFAULT_MODEL)
        self.p_correct[skill] = self._predict(skill)

    def refresh(self) -> None:
        """Predict the next answer at every skill, since the ability has changed."""
        self.p_correct = np.array([self._predict(skill) for skill in range(SKILLS)])

    @property
    def mastery(self) -> FloatArray:
        """The mastery of each skill."""
        return np.array([belief.mastery for belief in self.beliefs])

    @property
    def skills(self) -> Skills:
        """The inputs of the ranking."""
        return Skills(
            mastery=self.mastery,
            learn=np.full(SKILLS, bkt.DEFAULTS.learn),
            p_correct=self.p_correct,
            p_stuck=np.array([belief.trajectory.p_stuck for belief in self.beliefs]),
            seconds=self.seconds,
        )


Order = Callable[[Estimates, School, np.random.Generator], int]
NO_EDGES = np.array([], dtype=np.int64)


def recommended(estimates: Estimates, school: School, _rng: np.random.Generator) -> int:
    return _first(estimates, school.before, school.after)


def recommended_without_graph(
    estimates: Estimates, _school: School, _rng: np.random.Generator
) -> int:
    return _first(estimates, NO_EDGES, NO_EDGES)


def _first(estimates: Estimates, before: IntArray, after: IntArray) -> int:
    rows = rank(estimates.skills, before, after).rows
    return int(rows[0]) if len(rows) else lowest_mastery(estimates)


def lowest_mastery(estimates: Estimates, *_others: object) -> int:
    return int(np.argmin(estimates.mastery))


def random(_estimates: Estimates, _school: School, rng: np.random.Generator) -> int:
    return int(rng.integers(SKILLS))


ORDERS: dict[str, Order] = {
    "recommended": recommended,
    "recommended, prerequisites unknown": recommended_without_graph,
    "lowest mastery first": lowest_mastery,
    "random": random,
}


def final_mastery(order: Order, *, by_minutes: bool, seed: int) -> float:
    """Return the mean share of the skills that learners know in truth after 60 days."""
    school = School.draw(np.random.default_rng(seed))
    known = [
        _practise(order, school, np.random.default_rng((seed, learner)), by_minutes=by_minutes)
        for learner in range(LEARNERS)
    ]
    return float(np.mean(known))


def _practise(order: Order, school: School, rng: np.random.Generator, *, by_minutes: bool) -> float:
    params = school.params
    knows = rng.random(SKILLS) < params.prior
    speed = rng.uniform(0.5, 1.5)
    estimates = Estimates(school)
    for day in range(DAYS):
        estimates.refresh()
        budget = MINUTES * 60 if by_minutes else float(ANSWERS)
        while budget > 0:
            skill = order(estimates, school, rng)
            p = 1 - params.slip[skill] if knows[skill] else params.guess[skill]
            estimates.absorb(skill, is_right=bool(rng.random() < p), day=day)
            share = 1.0 if school.has_prerequisites(knows)[skill] else WITHOUT_PREREQUISITE
            knows[skill] |= rng.random() < params.learn[skill] * speed * share
            budget -= school.seconds[skill] if by_minutes else 1.0
    return float(knows.mean())


def rows() -> Iterator[Row]:
    """Measure every order, and the smallest lead of ours over the others among the seeds."""
    for practice, by_minutes in (("minutes", True), ("answers", False)):
        means = {
            name: np.array(
                [final_mastery(order, by_minutes=by_minutes, seed=seed) for seed in SEEDS]
            )
            for name, order in ORDERS.items()
        }
        for name, mean in means.items():
            yield Row(f"equal {practice}: mastered, {name}", float(mean.mean()))
        ours, unknown, *others = means.values()
        for name, mine in (("lead", ours), ("lead, prerequisites unknown", unknown)):
            lead = float(min((mine - mean).min() for mean in others))
            yield Row(f"equal {practice}: {name}, worst seed", lead, "> 0", lead > 0)


if __name__ == "__main__":
    from benchmarks.science.table import show

    sys.exit(not show(rows()))
