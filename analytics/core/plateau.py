"""Has a learner stopped getting better at a skill before mastering it, and what would help?

Learning-science 3. The probability of being stuck (`growth_hmm`) alone raises and lowers the flag,
at different values, so that it does not flicker. Mastery is never a plateau, however still it
stands: a rule on mastery's velocity (attempts >= 10 and |velocity| < .02) would flag nearly every
mastered learner. Documented indicators are reported beside the flag and choose what to advise.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from analytics.core.bkt import MASTERED
from analytics.core.logistic import BoolArray, FloatArray

MIN_ANSWERS = 8
FLAG_ON_FROM = 0.80  # P_stuck
FLAG_OFF_BELOW = 0.30
LOW, MEDIUM, HIGH = 0.50, 0.65, 0.80
FALLEN = 0.10  # of the expected level, below its maximum
RECORD_STEP = 0.01  # of mastery, that makes a new record
RECORDLESS_ANSWERS = 8
MIDDLE_LEVEL = 0.50  # learners below it fail more often than not


class Confidence(StrEnum):
    """How sure we are of a plateau, by its name on the wire."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Severity(StrEnum):
    """How bad a plateau is."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Indicator(StrEnum):
    """What else speaks for a plateau; none of it raises the flag."""

    VELOCITY_DECLINING = "velocity_declining"
    MASTERY_STAGNANT = "mastery_stagnant"
    EFFICIENCY_DROPPING = "efficiency_dropping"


class Advice(StrEnum):
    """What a teacher can do about a plateau."""

    PREREQUISITES = "prerequisites"
    VARY = "vary"
    SPACE = "space"
    SLOW_DOWN = "slow_down"

    @property
    def sentence(self) -> str:
        """The advice in English."""
        return _SENTENCES[self]


_SENTENCES = {
    Advice.PREREQUISITES: (
        "Practice alone no longer helps: check the skills this one builds on,"
        " or go through a worked example together."
    ),
    Advice.VARY: (
        "Progress has stopped short of mastery: change the type of practice,"
        " such as other kinds of tasks or explaining each step."
    ),
    Advice.SPACE: "Results are falling: practise in shorter sessions, spread over several days.",
    Advice.SLOW_DOWN: (
        "Effort pays off less and less: ask the learner to slow down"
        " and to check each answer before moving on."
    ),
}


def is_flagged(answers: int, p_stuck: float, *, was_raised: bool) -> bool:
    """Tell whether the flag is up after so many answers: from .80, and then until below .30."""
    if was_raised:
        return p_stuck >= FLAG_OFF_BELOW
    return answers >= MIN_ANSWERS and p_stuck >= FLAG_ON_FROM


def are_flagged(answers: FloatArray, p_stuck: FloatArray, *, were_raised: BoolArray) -> BoolArray:
    """Return `is_raised` of each, of the same shape."""
    rises = (answers >= MIN_ANSWERS) & (p_stuck >= FLAG_ON_FROM)
    up: BoolArray = np.where(were_raised, p_stuck >= FLAG_OFF_BELOW, rises)
    return up


def confidence(p_stuck: float, mastery: float) -> Confidence | None:
    """Say how sure a plateau is now, whether or not the flag is up; None below low or mastered."""
    if p_stuck < LOW or mastery >= MASTERED:
        return None
    if p_stuck < MEDIUM:
        return Confidence.LOW
    return Confidence.MEDIUM if p_stuck < HIGH else Confidence.HIGH


def severity(p_stuck: float, mastery: float, fall: float, *, is_flagged: bool) -> Severity | None:
    """Say how bad a plateau is; None where it is neither flagged nor likely, or is mastery.

    Parameters
    ----------
    fall : how far the expected level is below its maximum.
    """
    if mastery >= MASTERED or not (is_flagged or p_stuck >= LOW):
        return None
    if p_stuck < HIGH:
        return Severity.MILD
    return Severity.SEVERE if fall >= FALLEN else Severity.MODERATE


def is_stagnant(p_stuck: float, mastery: float, since_record: int) -> bool:
    """Tell whether mastery set no new record in eight answers, though there is room for one."""
    return since_record >= RECORDLESS_ANSWERS and mastery < MASTERED and p_stuck >= LOW


def advice(level: float, *, is_declining: bool, is_efficiency_dropping: bool) -> Advice:
    """Choose what to advise about a plateau: what falls, else by where the learner stands still.

    Parameters
    ----------
    is_declining : whether results fall beyond chance. Neither velocity nor the distance to the
        best level tells: both fall at the beginning of nearly every plateau.
    """
    if is_declining:
        return Advice.SPACE
    if is_efficiency_dropping:
        return Advice.SLOW_DOWN
    return Advice.PREREQUISITES if level < MIDDLE_LEVEL else Advice.VARY
