"""Forecast of a learner's test scores by section, now and after some days.

The score of a section is the mean P(correct) over its skills, mapped to the section's scale: the
expected number-correct score of a test with equally many questions on each skill (Lord 1980,
"Applications of item response theory", 4). P(correct) at a skill is the expected level of
`growth_hmm`; for a skill never practised it follows from the learner's ability. The forecast
assumes that practice continues at its recent rate. Each answer closes the same share of the room
that is left: the velocity relative to it (learning-science 4). A learner who likely stands still
does not rise. A measured fall continues for a week. Where a skill is fitted, no more is expected
than what learners learned at it, net of what they forgot (`Gains`).

All probabilities are inside (0, 1), times are in days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Generic, NamedTuple

import numpy as np

from analytics.core import growth_hmm
from analytics.core.bkt import MAX_MASTERY, Params
from analytics.core.logistic import FloatArray, Number
from analytics.core.score_scale import Scale, total_scale
from analytics.core.velocity import MIN_ROOM

# By then the variance of a new learner's ability has about halved, from .60 to .32 (`difficulty`).
# With fewer answers a score would reflect the average learner more than this one.
ENOUGH_ANSWERS = 20
RECENT_DAYS = 30
# Shortest period of the rate, so that one first day of practice is not extrapolated.
SHORTEST_RECORD_DAYS = 7.0
LONGEST_OUTLOOK_DAYS = 365
NORMAL_80 = 1.2816  # standard deviations on either side; 80 % of a normal distribution
LIKELY_STILL = 0.50  # from this probability of standing still on, no growth is expected
FALLING_DAYS = 7.0
# Standard deviation of a change of level: this share of the expected change, and the drift of a
# level within a month, both fitted to the futures of simulated learners.
CHANGE_ERROR = 0.5
MONTHLY_DRIFT = 0.05
_MONTH = 30.0
_TOP, _BOTTOM = growth_hmm.LEVELS[-1], growth_hmm.LEVELS[0]


class Gains(NamedTuple):
    """Expected gains from further answers at a fitted skill, by knowledge tracing with forgetting.

    `mastery` is the present one, `span` how much more often a right answer is given with mastery
    than without (1 − slip − guess), `learn` and `forget` are probabilities per answer. With the
    default values nothing is limited.
    """

    mastery: FloatArray | float = 0.0
    span: FloatArray | float = 1.0
    learn: FloatArray | float = 1.0
    forget: FloatArray | float = 0.0

    @classmethod
    def at(cls, mastery: float, params: Params, *, may_fall: bool) -> Gains:
        """Return the gains of one learner at a fitted skill, without a loss unless `may_fall`."""
        learn, forget = params.learn, params.forget
        if not may_fall and mastery * (learn + forget) > learn:
            forget = learn * (1.0 - mastery) / mastery
        return cls(mastery, 1.0 - params.slip - params.guess, learn, forget)

    def after(self, attempts: FloatArray) -> FloatArray:
        """Return the expected change of P(correct) after some answers, in (-1, 1]."""
        rate = self.learn + self.forget
        share = (1.0 - (1.0 - rate) ** attempts) / rate
        change: FloatArray = self.span * (self.learn - rate * self.mastery) * share
        return change


UNLIMITED = Gains()


class SkillForecast(NamedTuple, Generic[Number]):
    """Inputs of the forecast of one skill of one learner, or of many skills as arrays.

    `level` is P(correct) on a question of average difficulty, and `variance` its variance.
    `velocity` is relative to the room left (`velocity.relative`), and `p_still` the probability of
    standing still. `rate` is the expected number of answers per day, `answers` the number so far.
    `gains` limit the change.
    """

    level: Number
    variance: Number
    velocity: Number
    p_still: Number
    rate: Number
    answers: Number
    gains: Gains = UNLIMITED


@dataclass(frozen=True, kw_only=True)
class Interval:
    """The 80 % interval of a score."""

    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Score:
    """A score now and predicted, in whole points; the interval is that of the prediction."""

    current: int
    predicted: int
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class Goal:
    """Progress towards a target score.

    Attributes
    ----------
    days : days until the forecast reaches the target; 0 if it is reached already, None if not
        within a year.
    progress : percent of the way from the lowest score to the target, 0 to 100, rounded down.
    on_track : whether the forecast reaches the target within the days requested.
    """

    days: int | None
    progress: int
    on_track: bool


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Scores by section and in total; None for a section or total with too few answers."""

    sections: dict[str, Score | None]
    total: Score | None
    goal: Goal | None


def expected_rate(recent_answers: int, *, known_days: float) -> float:
    """Return the expected answers per day: the rate of the last `RECENT_DAYS` days.

    Parameters
    ----------
    recent_answers : number of answers in those days.
    known_days : days since the learner's first answer, >= 0. For learners who started within the
        last `RECENT_DAYS` the rate is over these days, but at least `SHORTEST_RECORD_DAYS`.
    """
    return recent_answers / min(max(known_days, SHORTEST_RECORD_DAYS), RECENT_DAYS)


def grow(level: FloatArray, velocity: FloatArray, attempts: FloatArray) -> FloatArray:
    """Return the expected level after some more answers whose results are unknown.

    Each answer closes the share v of the room to the top level: l' = l + (top − l)(1 − (1 − v)^n).
    With a negative velocity the level falls by as much, towards the bottom level. A level at or
    beyond the one in question stays as it is.

    Parameters
    ----------
    level : P(correct) now, in (0, 1).
    velocity : v in [-1, 1].
    attempts : number of answers n, >= 0. All three have shapes that broadcast.
    """
    rising = np.maximum(_TOP - level, 0.0)
    room = np.where(velocity < 0, np.minimum(_BOTTOM - level, 0.0), rising)
    # The loss of the first answer is relative to the room to the top.
    loss = np.abs(velocity) * np.maximum(rising, MIN_ROOM)
    share = np.where(velocity < 0, loss / np.maximum(-room, MIN_ROOM), velocity)
    after: FloatArray = level + room * (1.0 - (1.0 - np.minimum(share, 1.0)) ** attempts)
    return after


def expected_mastery(mastery: float, learn: float, attempts: float) -> float:
    """Return the expected mastery after some more answers whose results are unknown.

    1 − (1 − L)(1 − T)^n, at most MAX_MASTERY: the expectation of the posterior is the prior, so
    only the opportunities to learn count.

    Parameters
    ----------
    mastery : L, the mastery now, in [0, 1].
    learn : T, the probability of learning per answer, in [0, 1].
    attempts : n >= 0.
    """
    after: float = 1.0 - (1.0 - mastery) * (1.0 - learn) ** attempts
    return min(after, MAX_MASTERY)


def forecast(
    prospects: Mapping[str, Sequence[SkillForecast[float]]],
    scales: Mapping[str, Scale],
    *,
    days: int,
    target: float | None = None,
) -> Forecast:
    """Forecast the score of every section and the total.

    Parameters
    ----------
    prospects : all skills of each section, practised or not.
    scales : the scale of each section of the test.
    days : forecast horizon, 1 to 365.
    target : target of the total; None for no goal.

    Raises
    ------
    ValueError : the target is not above the lowest total, or above the highest.
    """
    if target is not None and not total_scale(scales.values()).is_valid_target(target):
        raise ValueError(f"{target:g} is not a valid target total")
    sections = {name: _Section.of(prospects.get(name, ()), scale) for name, scale in scales.items()}
    scores = {
        name: _score([section], days) if section else None for name, section in sections.items()
    }
    scored = [section for section in sections.values() if section is not None]
    is_complete = scored and len(scored) == len(sections)
    total = _score(scored, days) if is_complete else None
    goal = _goal(scored, total, target) if total and target is not None else None
    return Forecast(sections=scores, total=total, goal=goal)


def missing_answers(prospects: Sequence[SkillForecast[float]]) -> int:
    """Return how many answers a section still needs before it has a score; 0 if none."""
    return max(ENOUGH_ANSWERS - int(sum(skill.answers for skill in prospects)), 0)


class _Section(NamedTuple):
    """The skills of a section, as arrays of shape (skills,), and its scale."""

    skills: SkillForecast[FloatArray]
    scale: Scale

    @classmethod
    def of(cls, skills: Sequence[SkillForecast[float]], scale: Scale) -> _Section | None:
        """Return a section, or None if it has no skills or too few answers."""
        if not skills or missing_answers(skills):
            return None
        level, variance, velocity, p_still, rate, answers = np.array(
            [skill[:-1] for skill in skills], dtype=np.float64
        ).T
        gains = Gains(*np.array([skill.gains for skill in skills], dtype=np.float64).T)
        columns = SkillForecast(level, variance, velocity, p_still, rate, answers, gains)
        return cls(columns, scale)

    @property
    def points(self) -> float:
        """Points of the section per skill."""
        return self.scale.width / len(self.skills.rate)

    def levels(self, days: FloatArray) -> FloatArray:
        """Return the level of each skill after the given days.

        Parameters
        ----------
        days : shape (days,).

        Returns
        -------
        Shape (days, skills).
        """
        skills = self.skills
        is_still = (skills.p_still >= LIKELY_STILL) & (skills.velocity > 0)
        velocity = np.where(is_still, 0.0, skills.velocity)
        practised = np.where(velocity < 0, np.minimum(days, FALLING_DAYS)[:, None], days[:, None])
        grown = grow(skills.level, velocity, practised * skills.rate)
        limit = skills.level + skills.gains.after(days[:, None] * skills.rate)
        return np.minimum(grown, np.maximum(limit, np.minimum(skills.level, _BOTTOM)))

    def scores(self, days: FloatArray) -> FloatArray:
        """Return the score after each of the given days, shape (days,)."""
        score: FloatArray = self.scale.low + self.points * self.levels(days).sum(axis=1)
        return score


def _total_points(sections: Sequence[_Section], days: FloatArray) -> FloatArray:
    """Return the sum of the section scores, each rounded to whole points: shape (days,)."""
    points: FloatArray = np.sum([np.rint(section.scores(days)) for section in sections], axis=0)
    return points


def _standard_deviation(sections: Sequence[_Section], days: int) -> float:
    """Return the standard deviation of the summed scores of some sections after some days.

    The level of each skill now, its change and its drift are uncertain, independently.
    """
    variance = 0.0
    for section in sections:
        now, later = section.levels(np.array([0.0, days]))
        change, drift = CHANGE_ERROR * (later - now), MONTHLY_DRIFT**2 * days / _MONTH
        variance += section.points**2 * float(np.sum(section.skills.variance + change**2 + drift))
    return sqrt(variance)


def _score(sections: Sequence[_Section], days: int) -> Score:
    """Return the sum of the scores of some sections, in whole points, with its interval."""
    now, later = _total_points(sections, np.array([0.0, days]))
    margin = NORMAL_80 * _standard_deviation(sections, days)
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
        days=_days_until(sections, total, target),
        progress=int(min(max(percent, 0), 100)),
        on_track=total.predicted >= target,
    )


def _days_until(sections: Sequence[_Section], total: Score, target: float) -> int | None:
    """Return the first day on which the forecast reaches the target; None if not within a year."""
    if total.current >= target:
        return 0
    days = np.arange(1.0, LONGEST_OUTLOOK_DAYS + 1)
    reaching_days = np.flatnonzero(_total_points(sections, days) >= target)
    return int(reaching_days[0]) + 1 if len(reaching_days) else None
