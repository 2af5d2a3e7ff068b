"""What score a learner would reach in each section of a test, now and after some days.

A section's score is the mean probability of a right answer over its skills, put on the section's
scale: the number-correct score to expect of a test with as many questions on each (Lord 1980,
"Applications of item response theory", 4). A skill's probability is the prediction that is tested
against real answers (`predictor`), for a question of unknown difficulty; a skill never practised
what the learner's ability elsewhere leads to expect. Practice goes on as it did lately, and each
answer brings the gain that `growth_hmm` expects, ever less of it the nearer the top level is.

All probabilities inside (0, 1), variances in squared log odds, time in days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Generic, NamedTuple

import numpy as np

from analytics.core import growth_hmm
from analytics.core.bkt import MAX_MASTERY
from analytics.core.difficulty import LEARNER_DRIFT, LEARNER_SKILL_DRIFT
from analytics.core.logistic import FloatArray, Number
from analytics.core.score_scale import Scale, total_scale

# By then half of what was uncertain about a new learner's ability is known: its variance has
# fallen from .60 to .32 (`difficulty`); before, a score would tell more of the average learner.
ENOUGH_ANSWERS = 20
RECENT_DAYS = 30
# A learner who began yesterday is not taken to go on at yesterday's rate for ever.
SHORTEST_RECORD_DAYS = 7.0
LONGEST_OUTLOOK_DAYS = 365
NORMAL_95 = 1.96  # standard deviations either side that hold 95 % of a normal distribution
_TOP, _BOTTOM = growth_hmm.LEVELS[-1], growth_hmm.LEVELS[0]


class SkillForecast(NamedTuple, Generic[Number]):
    """One skill of one learner: where it stands, and where it goes.

    `p_correct` of the next answer; `variance` of the learner's ability at this skill; `velocity`
    the gain of P(correct) to expect from one answer; `rate` answers a day to expect; `answers`
    how many there were.
    """

    p_correct: Number
    variance: Number
    velocity: Number
    rate: Number
    answers: Number


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A score that is in here with a probability of 95 %."""

    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Score:
    """A score now and later; the interval is of the later one. Whole points."""

    current: int
    predicted: int
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Goal:
    """How far a target is.

    Attributes
    ----------
    days : until the forecast reaches it: 0 where it is reached, None where not within a year.
    progress : percent of the way from the lowest score to the target, 0 to 100, rounded down.
    on_track : whether the forecast reaches it within the days asked about.
    """

    days: int | None
    progress: int
    on_track: bool


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Scores by section and in all; None where there is too little to tell."""

    sections: dict[str, Score | None]
    total: Score | None
    goal: Goal | None


def expected_rate(lately: int, *, known_days: float) -> float:
    """Return how many answers a day to expect: as many as over the last `RECENT_DAYS`.

    Parameters
    ----------
    lately : answers of those days.
    known_days : since the learner's very first answer, >= 0; who began later than `RECENT_DAYS`
        ago is taken by the days since, but never by fewer than `SHORTEST_RECORD_DAYS`.
    """
    return lately / min(max(known_days, SHORTEST_RECORD_DAYS), RECENT_DAYS)


def grow(p: FloatArray, velocity: FloatArray, attempts: FloatArray) -> FloatArray:
    """Return P(correct) after some more answers, none of which has been seen.

    p' = p + (top − p)(1 − e^(−velocity attempts / (top − p))): the first answer brings the
    velocity, the next ever less, and the top level is never passed. A negative velocity leads to
    the bottom level in the same way. At or beyond the level it leads to, p stays.

    Parameters
    ----------
    p, velocity, attempts : shapes that broadcast; of `velocity` the signs of real ones and 0.
    """
    room = np.where(velocity > 0, _TOP, _BOTTOM) - p
    moves = velocity * room > 0
    pace: FloatArray = np.where(moves, velocity, 0.0) / np.where(moves, room, 1.0)
    after: FloatArray = p - room * np.expm1(-pace * attempts)
    return after


def count_mastered(mastery: float, learn: float, attempts: float) -> float:
    """Return the mastery to expect after some more answers, none of which has been seen.

    Before it is seen an answer changes no expectation; each is an opportunity to learn:
    1 − (1 − L)(1 − T)^n, at most what mastery is kept to.
    """
    after: float = 1.0 - (1.0 - mastery) * (1.0 - learn) ** attempts
    return min(after, MAX_MASTERY)


def forecast(
    prospects: Mapping[str, Sequence[SkillForecast[float]]],
    scales: Mapping[str, Scale],
    *,
    ability_variance: float,
    days: int,
    target: float | None = None,
) -> Forecast:
    """Forecast every section and the total.

    Parameters
    ----------
    prospects : every skill of each section, practised or not.
    scales : of each section; those of the test, none but these.
    ability_variance : of the learner's ability whatever the skill.
    days : how far to look ahead, 1 to 365.
    target : of the total; None: no goal.

    Raises
    ------
    ValueError : the target is not above the lowest total, or cannot be reached.
    """
    if target is not None and not total_scale(scales.values()).is_valid_target(target):
        raise ValueError(f"{target:g} is no total to aim at")
    sections = {name: _Section.of(prospects.get(name, ()), scale) for name, scale in scales.items()}
    scores = {
        name: _score([section], ability_variance, days) if section else None
        for name, section in sections.items()
    }
    known = [section for section in sections.values() if section is not None]
    whole = known and len(known) == len(sections)
    total = _score(known, ability_variance, days) if whole else None
    goal = _goal(known, total, target) if total and target is not None else None
    return Forecast(sections=scores, total=total, goal=goal)


def missing_answers(prospects: Sequence[SkillForecast[float]]) -> int:
    """Return how many more answers a section needs before it is scored; 0: none."""
    return max(ENOUGH_ANSWERS - int(sum(prospect.answers for prospect in prospects)), 0)


class _Section(NamedTuple):
    """A section's skills, as arrays of shape (skills,), and its scale."""

    skills: SkillForecast[FloatArray]
    scale: Scale

    @classmethod
    def of(cls, skills: Sequence[SkillForecast[float]], scale: Scale) -> _Section | None:
        """Return a section, None where too little is known of it."""
        if not skills or missing_answers(skills):
            return None
        return cls(SkillForecast(*np.array(skills, dtype=np.float64).T), scale)

    @property
    def points(self) -> float:
        """How many points of the section one skill makes up."""
        return self.scale.width / len(self.skills.rate)

    def chances(self, days: FloatArray) -> FloatArray:
        """Return P(correct) of each skill after so many days, in shape (days, skills)."""
        skills = self.skills
        return grow(skills.p_correct, skills.velocity, np.outer(days, skills.rate))

    def scores(self, days: FloatArray) -> FloatArray:
        """Return the score after so many days: shape (days,)."""
        score: FloatArray = self.scale.low + self.points * self.chances(days).sum(axis=1)
        return score


def _points(sections: Sequence[_Section], days: FloatArray) -> FloatArray:
    """Return the sum of the sections' scores, each in whole points: shape (days,)."""
    points: FloatArray = np.sum([np.rint(section.scores(days)) for section in sections], axis=0)
    return points


def _deviation(sections: Sequence[_Section], ability_variance: float, days: int) -> float:
    """Return the standard deviation of some sections' score together, after some days.

    By the delta method: a probability p moves by p(1 − p) for each unit of log odds. What is
    uncertain of the learner's ability moves all skills together, what is uncertain at one skill
    that one alone; both drift with the answers to come, as they do in `difficulty`.
    """
    together, alone, answers = 0.0, 0.0, 0.0
    for section in sections:
        [p] = section.chances(np.array([float(days)]))
        weights = section.points * p * (1.0 - p)
        to_come = section.skills.rate * days
        together += float(weights.sum())
        alone += float(weights**2 @ (section.skills.variance + LEARNER_SKILL_DRIFT * to_come))
        answers += float(to_come.sum())
    return sqrt(together**2 * (ability_variance + LEARNER_DRIFT * answers) + alone)


def _score(sections: Sequence[_Section], ability_variance: float, days: int) -> Score:
    """Return the score of some sections together: the sum of theirs, in whole points."""
    now, later = _points(sections, np.array([0.0, days]))
    margin = NORMAL_95 * _deviation(sections, ability_variance, days)
    lowest, highest = total_scale(section.scale for section in sections)
    return Score(
        current=int(now),
        predicted=int(later),
        interval=Interval(
            low=max(round(later - margin), lowest), high=min(round(later + margin), highest)
        ),
    )


def _goal(sections: Sequence[_Section], total: Score, target: float) -> Goal:
    lowest = total_scale(section.scale for section in sections).low
    percent = 100 * (total.current - lowest) // (target - lowest)
    return Goal(
        days=_days_to(sections, total, target),
        progress=int(min(max(percent, 0), 100)),
        on_track=total.predicted >= target,
    )


def _days_to(sections: Sequence[_Section], total: Score, target: float) -> int | None:
    """Return the first day on which the forecast is the target; within a year or never."""
    if total.current >= target:
        return 0
    days = np.arange(1.0, LONGEST_OUTLOOK_DAYS + 1)
    reached = np.flatnonzero(_points(sections, days) >= target)
    return int(reached[0]) + 1 if len(reached) else None
