"""Causes of missing progress at a skill: habits, each compared with the others who answer.

Learning-science 3. `Habits` counts the signs of causes while answers arrive; `cause` names the
first one that holds. Times are compared with the typical time of all learners at the skill; without
one, and without hints or days, nothing is said.

`after_answer` accepts a `Number`: floats for one learner, or arrays with one entry per learner.
"""

from __future__ import annotations

from enum import StrEnum
from math import exp, log, sqrt
from typing import Generic, NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, Number
from analytics.core.response_times import MIN_SECONDS
from analytics.core.trend_series import DECAY

FAST, SLOW = 1.0 / 3.0, 3.0  # of the typical time
MOSTLY, NEARLY_ALWAYS = 0.5, 0.75
MIN_WEIGHT = 4.0  # discounted number of answers
BREAK_DAYS = 30.0 / (24.0 * 60.0)
RETURN_DAYS = 0.5
MIN_LEFT, LEFT_RATIO = 3.0, 2.0
MIN_RETURNS, MIN_DROP, DROP_ERRORS = 5.0, 0.25, 1.64
MIDDLE_LEVEL = 0.50  # learners below it answer more often wrong than right


class Cause(StrEnum):
    """Causes of missing progress; the values are those of the API."""

    TOO_FAST = "too_fast"
    HINTS = "hints"
    GIVES_UP = "gives_up"
    FORGETS = "forgets"
    TOO_SLOW = "too_slow"
    PREREQUISITE = "prerequisite"
    DECLINING = "declining"
    EFFICIENCY_DROPPING = "efficiency_dropping"


class Advice(StrEnum):
    """Recommendation to a teacher: one for each cause, and two for a plateau without one."""

    TOO_FAST = Cause.TOO_FAST
    HINTS = Cause.HINTS
    GIVES_UP = Cause.GIVES_UP
    FORGETS = Cause.FORGETS
    TOO_SLOW = Cause.TOO_SLOW
    PREREQUISITE = Cause.PREREQUISITE
    DECLINING = Cause.DECLINING
    EFFICIENCY_DROPPING = Cause.EFFICIENCY_DROPPING
    FOUNDATIONS = "foundations"
    VARY = "vary"

    def sentence(self, prerequisite: str | None = None) -> str:
        """Return the recommendation in English; `prerequisite` is the name of the weak one."""
        return _SENTENCES[self].format(prerequisite=prerequisite)


_SENTENCES = {
    Advice.TOO_FAST: (
        "Answers come much faster than those of others, and most are wrong: the learner is likely"
        " guessing. Ask for the reasons behind a few answers."
    ),
    Advice.HINTS: (
        "A hint is used nearly each time: go through an example together, then let the learner try"
        " without hints."
    ),
    Advice.GIVES_UP: (
        "Practice mostly ends after a wrong answer: give easier questions first, and look at the"
        " wrong answers together."
    ),
    Advice.FORGETS: (
        "What was right in one session is forgotten in the next: practise in shorter sessions on"
        " more days."
    ),
    Advice.TOO_SLOW: (
        "Answers take much longer than those of others: check whether the texts are understood and"
        " the basic steps are fluent."
    ),
    Advice.PREREQUISITE: (
        "This skill builds on {prerequisite}, which is not mastered yet: practise {prerequisite}"
        " first."
    ),
    Advice.DECLINING: (
        "Results are falling: practise in shorter sessions, spread over several days."
    ),
    Advice.EFFICIENCY_DROPPING: (
        "Effort pays off less and less: ask the learner to slow down"
        " and to check each answer before moving on."
    ),
    Advice.FOUNDATIONS: (
        "Practice alone no longer helps: check the skills this one builds on,"
        " or go through a worked example together."
    ),
    Advice.VARY: (
        "Progress has stopped short of mastery: change the type of practice,"
        " such as other kinds of tasks or explaining each step."
    ),
}


class Signs(NamedTuple, Generic[Number]):
    """Signs of causes in one answer.

    `timed`, `known` and `hinted` are 0 or 1: its time is known, it is known whether a hint was
    used, and one was. `log_seconds` is the logarithm of its time, 0 if unknown.
    """

    timed: Number
    log_seconds: Number
    known: Number
    hinted: Number


class Habits(NamedTuple, Generic[Number]):
    """Counts over the answers at a skill.

    `timed`, `log_seconds`, `known` and `hinted` are sums of `Signs`, discounted with a half-life of
    twelve such answers. `right` and `wrong` are the numbers of right and of
    other answers that another one followed, `left_right` and `left_wrong` those that it followed
    half an hour or more later. `returns` is the number of answers half a day or more after the one
    before, `drop` the sum of how far their scores were below the accuracy before, and `variance`
    the sum of its variances.
    """

    timed: Number
    log_seconds: Number
    known: Number
    hinted: Number
    right: Number
    wrong: Number
    left_right: Number
    left_wrong: Number
    returns: Number
    drop: Number
    variance: Number


NO_HABITS = Habits(*[0.0] * 11)
UNKNOWN_SIGNS = Signs(0.0, 0.0, 0.0, 0.0)


def signs(seconds: float | None, *, hinted: bool | None) -> Signs[float]:
    """Return the signs in one answer; None stands for unknown."""
    log_seconds = 0.0 if seconds is None else log(max(seconds, MIN_SECONDS))
    return Signs(
        float(seconds is not None), log_seconds, float(hinted is not None), float(bool(hinted))
    )


def signs_of(seconds: FloatArray, hinted: FloatArray) -> Signs[FloatArray]:
    """Return `signs` of many answers; NaN stands for unknown."""
    is_timed = ~np.isnan(seconds)
    log_seconds = np.log(np.maximum(np.where(is_timed, seconds, 1.0), MIN_SECONDS))
    return Signs(
        1.0 * is_timed,
        np.where(is_timed, log_seconds, 0.0),
        1.0 * ~np.isnan(hinted),
        1.0 * (hinted == 1.0),
    )


def after_answer(  # noqa: PLR0913
    habits: Habits[Number],
    signs: Signs[Number],
    *,
    score: Number,
    accuracy: Number,
    was_right: Number,
    was_wrong: Number,
    is_late: Number,
    is_return: Number,
) -> Habits[Number]:
    """Return the habits after one more answer.

    Parameters
    ----------
    score : of the answer, in [0, 1].
    accuracy : discounted accuracy before the answer, in [0, 1].
    was_right, was_wrong : 1 if the answer before was right, or was not; both 0 at the first.
    is_late, is_return : 1 if the one before was half an hour, or half a day, earlier or more.
    """
    fade = 1.0 - (1.0 - DECAY) * signs.timed
    fade_known = 1.0 - (1.0 - DECAY) * signs.known
    return Habits(
        fade * habits.timed + signs.timed,
        fade * habits.log_seconds + signs.log_seconds,
        fade_known * habits.known + signs.known,
        fade_known * habits.hinted + signs.hinted,
        habits.right + was_right,
        habits.wrong + was_wrong,
        habits.left_right + was_right * is_late,
        habits.left_wrong + was_wrong * is_late,
        habits.returns + is_return,
        habits.drop + is_return * (accuracy - score),
        habits.variance + is_return * accuracy * (1.0 - accuracy),
    )


def cause(
    habits: Habits[float],
    *,
    accuracy: float,
    typical_seconds: float | None,
    is_declining: bool,
    is_efficiency_dropping: bool,
    is_prerequisite_weak: bool,
) -> Cause | None:
    """Return the first cause that holds; None if there is no sign of one.

    Parameters
    ----------
    accuracy : discounted share of right answers at the skill.
    typical_seconds : median time of all learners' answers at the skill; None if unknown.
    is_declining, is_efficiency_dropping : whether scores or efficiency fall beyond chance.
    is_prerequisite_weak : whether a skill that comes before this one is not mastered.
    """
    pace = _pace(habits, typical_seconds)
    holds = {
        Cause.TOO_FAST: pace < FAST and accuracy < MOSTLY,
        Cause.HINTS: habits.known >= MIN_WEIGHT and habits.hinted > NEARLY_ALWAYS * habits.known,
        Cause.GIVES_UP: gives_up(habits),
        Cause.FORGETS: forgets(habits),
        Cause.PREREQUISITE: is_prerequisite_weak,
        Cause.TOO_SLOW: pace > SLOW,
        Cause.DECLINING: is_declining,
        Cause.EFFICIENCY_DROPPING: is_efficiency_dropping,
    }
    return next((cause for cause, is_held in holds.items() if is_held), None)


def advice(cause: Cause | None, level: float) -> Advice:
    """Return the recommendation about a plateau: by its cause, otherwise by the expected level."""
    if cause is not None:
        return Advice(cause.value)
    return Advice.FOUNDATIONS if level < MIDDLE_LEVEL else Advice.VARY


def gives_up(habits: Habits[float]) -> bool:
    """Return whether most wrong answers end the practice, at least twice as often as right ones."""
    if habits.left_wrong < MIN_LEFT or habits.left_wrong <= MOSTLY * habits.wrong:
        return False
    after_right = habits.left_right / max(habits.right, 1.0)
    return habits.left_wrong / habits.wrong >= LEFT_RATIO * after_right


def forgets(habits: Habits[float]) -> bool:
    """Return whether accuracy falls between sessions: by a quarter or more, and beyond chance."""
    is_large = habits.returns >= MIN_RETURNS and habits.drop >= MIN_DROP * habits.returns
    return is_large and habits.drop > DROP_ERRORS * sqrt(max(habits.variance, 0.0))


def _pace(habits: Habits[float], typical_seconds: float | None) -> float:
    """Return the learner's time for an answer in typical ones, 1 if unknown: a geometric mean."""
    if typical_seconds is None or habits.timed < MIN_WEIGHT:
        return 1.0
    return exp(habits.log_seconds / habits.timed) / typical_seconds
