"""Ranking of the skills that a learner could practise next (learning-science 7).

By knowledge tracing an answer at a skill of mastery L is expected to raise it by (1 - L) T; a
learner who is stuck does not learn by more of the same, so this counts with 1 - P_stuck. A skill
that others build on also opens what is left to learn at those of them that wait for it. Practice
that is too hard or too easy counts less. The gain is per minute, by the usual time of an answer.

`before` and `after` are the edges of the prerequisites as row numbers: skill `before[i]` comes
before skill `after[i]`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from analytics.core import growth_hmm
from analytics.core.bkt import MASTERED
from analytics.core.logistic import BoolArray, FloatArray, IntArray

MIN_SUCCESS, MAX_SUCCESS = 0.60, 0.85  # P(correct) of suitable practice
# The weight of practice whose P(correct) is this far outside the range, or farther, is MIN_WEIGHT.
MARGIN = 0.40
MIN_WEIGHT = 0.25
STUCK = 0.60  # probability of being stuck from which the prerequisites of a skill are to blame
DEFAULT_SECONDS = 60.0
MINUTE = 60.0
INITIAL_P_STUCK = growth_hmm.p_stuck(growth_hmm.START)


class Reason(StrEnum):
    """Reason of a recommendation; the values are those of the API."""

    DUE = "due_for_review"
    PREREQUISITE = "weak_prerequisite"
    READY = "ready_to_learn"
    CLOSEST = "closest_fit"


class Skills(NamedTuple):
    """Estimates of a learner at some skills, as arrays of shape (skills,).

    `mastery`, `learn` (P(T)), `p_correct` of the next answer and `p_stuck` are in [0, 1];
    `seconds` is the usual time of an answer, > 0.
    """

    mastery: FloatArray
    learn: FloatArray
    p_correct: FloatArray
    p_stuck: FloatArray
    seconds: FloatArray


class Ranking(NamedTuple):
    """Skills worth practising, best first.

    `rows` are their row numbers, `gains` the expected gains of mastery per minute.
    """

    rows: IntArray
    gains: FloatArray
    reasons: list[Reason]


def rank(skills: Skills, before: IntArray, after: IntArray) -> Ranking:
    """Return the skills that are not mastered and whose prerequisites are, best first.

    Parameters
    ----------
    skills : estimates at each skill.
    before, after : shape (edges,), row numbers.

    Raises
    ------
    ValueError : an estimate is outside its range (NaN included).
    """
    _validate(skills)
    is_weak = skills.mastery < MASTERED
    missing = _sum_by(after, is_weak[before], len(is_weak))
    is_possible = is_weak & (missing == 0)
    gains = _gains(skills, is_weak, before, after)
    rows = np.flatnonzero(is_possible)
    order = rows[np.argsort(-gains[rows], kind="stable")]
    is_blamed = _sum_by(before, (is_weak & (skills.p_stuck >= STUCK))[after], len(is_weak)) > 0
    is_suitable = _distance(skills.p_correct) == 0.0
    return Ranking(
        order,
        gains[order],
        [_reason(is_blamed=is_blamed[row], is_suitable=is_suitable[row]) for row in order],
    )


def _validate(skills: Skills) -> None:
    if not all(np.all((each >= 0.0) & (each <= 1.0)) for each in skills[:4]):
        raise ValueError("probabilities must be in [0, 1]")
    if not np.all(skills.seconds > 0.0):
        raise ValueError("seconds must be above 0")


def _gains(skills: Skills, is_weak: BoolArray, before: IntArray, after: IntArray) -> FloatArray:
    room = 1.0 - skills.mastery
    opened = _sum_by(before, (room * is_weak)[after], len(room))
    learned = room * skills.learn * (1.0 - skills.p_stuck) * (1.0 + opened)
    gains: FloatArray = learned * _weight(skills.p_correct) * MINUTE / skills.seconds
    return gains


def _weight(p_correct: FloatArray) -> FloatArray:
    """Return 1 for suitable practice, less the farther P(correct) is outside the range."""
    share = np.minimum(_distance(p_correct) / MARGIN, 1.0)
    weight: FloatArray = 1.0 - (1.0 - MIN_WEIGHT) * share
    return weight


def _distance(p_correct: FloatArray) -> FloatArray:
    outside = np.maximum(MIN_SUCCESS - p_correct, p_correct - MAX_SUCCESS)
    distance: FloatArray = np.maximum(outside, 0.0)
    return distance


def _sum_by(rows: IntArray, values: FloatArray | BoolArray, size: int) -> FloatArray:
    return np.bincount(rows, weights=values, minlength=size).astype(np.float64)


def _reason(*, is_blamed: bool, is_suitable: bool) -> Reason:
    if is_blamed:
        return Reason.PREREQUISITE
    return Reason.READY if is_suitable else Reason.CLOSEST
