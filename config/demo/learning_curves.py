"""Learning curves of simulated learners, as straight lines in log odds.

A level is the probability of a right answer to a question of average difficulty. In log odds it
changes linearly from the end of one leg to the end of the next, and stays at the last one.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from config.demo.chance import Chance

Levels = tuple[float, float]
Answers = tuple[int, int]
BEGINNER, MASTER, IMMEDIATELY = (0.20, 0.40), (0.88, 0.95), (0, 0)


class Course(StrEnum):
    """The kinds of learning curves."""

    MASTERED = "mastered"
    FAST = "fast"
    STEADY = "steady"
    SLOW = "slow"
    LOW = "stuck low"
    HALTED = "stuck after progress"
    SPINNING = "wheel-spinning"
    DECLINING = "declining"


# The level at the end of each leg (None: the same level), and its number of answers, as ranges.
LEGS: dict[Course, list[tuple[Levels | None, Answers]]] = {
    Course.MASTERED: [(MASTER, IMMEDIATELY)],
    Course.FAST: [(BEGINNER, IMMEDIATELY), (MASTER, (5, 10))],
    Course.STEADY: [(BEGINNER, IMMEDIATELY), (MASTER, (15, 25))],
    Course.SLOW: [(BEGINNER, IMMEDIATELY), (MASTER, (35, 50))],
    Course.LOW: [((0.12, 0.25), IMMEDIATELY)],
    Course.HALTED: [(BEGINNER, IMMEDIATELY), ((0.42, 0.50), (8, 16))],
    Course.SPINNING: [
        ((0.25, 0.35), IMMEDIATELY),
        ((0.45, 0.50), (6, 8)),
        ((0.25, 0.30), (8, 10)),
        ((0.45, 0.50), (8, 10)),
        ((0.30, 0.35), (8, 10)),
    ],
    Course.DECLINING: [
        (BEGINNER, IMMEDIATELY),
        ((0.70, 0.80), (10, 14)),
        (None, (4, 8)),
        ((0.15, 0.25), (14, 18)),
    ],
}


@dataclass(frozen=True, kw_only=True)
class Path:
    """One learner's curve for one skill: `log_odds` of the level after numbers of `answers`."""

    answers: list[int]
    log_odds: list[float]

    @classmethod
    def of(cls, course: Course, chance: Chance) -> Path:
        """Return a random path of a course."""
        answers, levels, at = [], [0.0], 0
        for target, (least, most) in LEGS[course]:
            at += chance.randint(least, most)
            answers.append(at)
            levels.append(levels[-1] if target is None else logit(chance.uniform(*target)))
        return cls(answers=answers, log_odds=levels[1:])

    def at(self, answered: int) -> float:
        """Return the log odds of a right answer after this number of answers."""
        place = bisect_right(self.answers, answered)
        if place == len(self.answers):
            return self.log_odds[-1]
        if place == 0:
            return self.log_odds[0]
        before, after = self.answers[place - 1], self.answers[place]
        share = (answered - before) / (after - before)
        return self.log_odds[place - 1] * (1 - share) + self.log_odds[place] * share


def logit(probability: float) -> float:
    """Return the log odds of a probability strictly between 0 and 1."""
    return log(probability / (1 - probability))


def sigmoid(log_odds: float) -> float:
    """Return the probability of log odds, which must be moderate: large values overflow."""
    return 1 / (1 + exp(-log_odds))
