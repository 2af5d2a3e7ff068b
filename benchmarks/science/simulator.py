"""Simulated learners of eight kinds, with known times of standing still; `learning-science` 3.

A learner's level is the probability of a right answer at average difficulty, and moves along
straight lines of log odds. None of these values is on the grid of the model that is evaluated:

- mastered: .86 to .95 from the first answer to the last;
- fast, steady, slow: from .20 to .45 up to .86 to .95 within 5 to 10, 15 to 25 or 30 to 45
  answers, then mastered;
- low: .15 to .40 throughout;
- halted: up to .50 to .70 within 8 to 20 answers, then no further;
- recovering: up to .35 to .60 within 4 to 10 answers, no further for 20 to 30, then up to mastery
  within 10 to 20;
- declining: up to .60 to .75 within 8 to 15 answers, then down to .30 to .45 within 30.

A learner stands still, in truth, wherever the level does not rise and is below .80. Practice
comes in sessions of 4 to 9 answers, one to three days apart, each a good or a bad one (sd .2
logits); questions differ in difficulty (sd .8), which is known with an error (sd .25: the items
were answered some hundred times). Answers are drawn from the logistic model.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray, logits, sigmoids

ANSWERS = 60
MASTERED_LEVEL = 0.80
SESSION_SD, DIFFICULTY_SD, DIFFICULTY_ERROR = 0.2, 0.8, 0.25
START_DAY = 20_000.0

LevelRange = tuple[float, float]
AnswerRange = tuple[int, int]
BEGINNER, MASTER, IMMEDIATE = (0.20, 0.45), (0.86, 0.95), (0, 0)


class Kind(StrEnum):
    """The kind of a learner."""

    MASTERED = "mastered"
    FAST = "fast"
    STEADY = "steady"
    SLOW = "slow"
    LOW = "low"
    HALTED = "halted"
    RECOVERING = "recovering"
    DECLINING = "declining"


# The target level of each leg (None: the same level), and the number of answers it takes.
LEGS: dict[Kind, list[tuple[LevelRange | None, AnswerRange]]] = {
    Kind.MASTERED: [(MASTER, IMMEDIATE)],
    Kind.FAST: [(BEGINNER, IMMEDIATE), (MASTER, (5, 10))],
    Kind.STEADY: [(BEGINNER, IMMEDIATE), (MASTER, (15, 25))],
    Kind.SLOW: [(BEGINNER, IMMEDIATE), (MASTER, (30, 45))],
    Kind.LOW: [((0.15, 0.40), IMMEDIATE)],
    Kind.HALTED: [(BEGINNER, IMMEDIATE), ((0.50, 0.70), (8, 20))],
    Kind.RECOVERING: [
        ((0.15, 0.30), IMMEDIATE),
        ((0.35, 0.60), (4, 10)),
        (None, (20, 30)),
        (MASTER, (10, 20)),
    ],
    Kind.DECLINING: [(BEGINNER, IMMEDIATE), ((0.60, 0.75), (8, 15)), ((0.30, 0.45), (30, 30))],
}


class Learners(NamedTuple):
    """Answers and true levels of learners, of shape (learners, ANSWERS) except for `kind`."""

    kind: list[Kind]
    score: FloatArray
    difficulty: FloatArray
    day: FloatArray
    level: FloatArray
    stands_still: BoolArray


def simulated(of_each: int, seed: int) -> Learners:
    """Return `of_each` learners of each kind; the same seed gives the same learners."""
    rng = np.random.default_rng(seed)
    kinds = [kind for kind in Kind for _ in range(of_each)]
    log_odds = np.array([draw_path(kind, rng) for kind in kinds])
    session, day = zip(*(draw_timetable(rng) for _ in kinds), strict=True)
    session_effect = rng.normal(0, SESSION_SD, log_odds.shape)
    effect = np.take_along_axis(session_effect, np.array(session), axis=1)
    difficulty = rng.normal(0, DIFFICULTY_SD, log_odds.shape)
    right = rng.random(log_odds.shape) < sigmoids(log_odds + effect - difficulty)
    level = sigmoids(log_odds)
    rises = np.diff(log_odds, axis=1, append=log_odds[:, -1:]) > 0
    return Learners(
        kind=kinds,
        score=right.astype(np.float64),
        difficulty=difficulty + rng.normal(0, DIFFICULTY_ERROR, log_odds.shape),
        day=np.array(day),
        level=level,
        stands_still=~rises & (level < MASTERED_LEVEL),
    )


def draw_path(kind: Kind, rng: np.random.Generator) -> FloatArray:
    """Return the log odds of one learner's level at each answer."""
    positions, levels = [0], [0.5]
    for target, (low, high) in LEGS[kind]:
        positions.append(positions[-1] + int(rng.integers(low, high, endpoint=True)))
        levels.append(levels[-1] if target is None else float(rng.uniform(*target)))
    log_odds: FloatArray = np.interp(
        np.arange(ANSWERS), positions[1:], logits(np.array(levels[1:]))
    )
    return log_odds


def draw_timetable(rng: np.random.Generator) -> tuple[IntArray, FloatArray]:
    """Return the session and the day of each answer of one learner."""
    lengths = rng.integers(4, 9, ANSWERS, endpoint=True)
    session: IntArray = np.repeat(np.arange(ANSWERS), lengths)[:ANSWERS]
    days = np.cumsum(rng.integers(1, 3, ANSWERS, endpoint=True), dtype=np.float64)
    return session, START_DAY + days[session]
