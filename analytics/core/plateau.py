"""Plateaus: learners who have stopped improving at a skill before mastering it.

Learning-science 3. Only P_stuck (`growth_hmm`) switches the flag, on and off at different values
(hysteresis), so that it does not flicker. A mastered skill is never a plateau, however constant it
stays: a rule on the velocity of mastery (attempts >= 10 and |velocity| < .02) would flag nearly
every mastered learner. Further indicators are reported beside the flag and determine the
recommendation.
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
FALLEN = 0.10  # distance of the expected level from its maximum
RECORD_STEP = 0.01  # smallest rise of mastery above the last record that sets a new one
RECORDLESS_ANSWERS = 8
MIDDLE_LEVEL = 0.50  # learners below it answer more often wrong than right


class Confidence(StrEnum):
    """Confidence in a plateau; the values are those of the API."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Severity(StrEnum):
    """Severity of a plateau."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Indicator(StrEnum):
    """Further signs of a plateau; none of them switches the flag."""

    VELOCITY_DECLINING = "velocity_declining"
    MASTERY_STAGNANT = "mastery_stagnant"
    EFFICIENCY_DROPPING = "efficiency_dropping"


class Advice(StrEnum):
    """Recommendation to a teacher about a plateau."""

    PREREQUISITES = "prerequisites"
    VARY = "vary"
    SPACE = "space"
    SLOW_DOWN = "slow_down"

    @property
    def sentence(self) -> str:
        """The recommendation in English."""
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
    """Return the flag after an answer: on from P_stuck = .80 and eight answers, off below .30.

    Parameters
    ----------
    answers : number of answers so far.
    p_stuck : the probability of being stuck below mastery, in [0, 1].
    was_raised : the flag before this answer.
    """
    if was_raised:
        return p_stuck >= FLAG_OFF_BELOW
    return answers >= MIN_ANSWERS and p_stuck >= FLAG_ON_FROM


def are_flagged(answers: FloatArray, p_stuck: FloatArray, *, were_raised: BoolArray) -> BoolArray:
    """Return `is_flagged` of each entry, in the same shape."""
    is_newly_raised = (answers >= MIN_ANSWERS) & (p_stuck >= FLAG_ON_FROM)
    is_raised: BoolArray = np.where(were_raised, p_stuck >= FLAG_OFF_BELOW, is_newly_raised)
    return is_raised


def confidence(p_stuck: float, mastery: float) -> Confidence | None:
    """Return the confidence in a plateau, flagged or not; None if below low or if mastered.

    Parameters
    ----------
    p_stuck : the probability of being stuck below mastery, in [0, 1].
    mastery : in [0, 1].
    """
    if p_stuck < LOW or mastery >= MASTERED:
        return None
    if p_stuck < MEDIUM:
        return Confidence.LOW
    return Confidence.MEDIUM if p_stuck < HIGH else Confidence.HIGH


def severity(p_stuck: float, mastery: float, fall: float, *, is_flagged: bool) -> Severity | None:
    """Return the severity of a plateau; None if it is neither flagged nor likely, or if mastered.

    Parameters
    ----------
    p_stuck : the probability of being stuck below mastery, in [0, 1].
    mastery : in [0, 1].
    fall : how far the expected level is below its maximum.
    is_flagged : whether the plateau is flagged.
    """
    if mastery >= MASTERED or not (is_flagged or p_stuck >= LOW):
        return None
    if p_stuck < HIGH:
        return Severity.MILD
    return Severity.SEVERE if fall >= FALLEN else Severity.MODERATE


def is_stagnant(p_stuck: float, mastery: float, since_record: int) -> bool:
    """Return whether mastery has set no record for eight answers, below mastery and likely stuck.

    Parameters
    ----------
    since_record : number of answers since mastery last set a record.
    """
    return since_record >= RECORDLESS_ANSWERS and mastery < MASTERED and p_stuck >= LOW


def advice(level: float, *, is_declining: bool, is_efficiency_dropping: bool) -> Advice:
    """Return the recommendation about a plateau: by what is falling, otherwise by the level.

    Parameters
    ----------
    level : the expected level, P(correct) at average difficulty.
    is_declining : whether the scores fall beyond chance. Neither the velocity nor the distance to
        the best level shows this: both fall at the start of nearly every plateau.
    is_efficiency_dropping : whether the efficiency falls beyond chance.
    """
    if is_declining:
        return Advice.SPACE
    if is_efficiency_dropping:
        return Advice.SLOW_DOWN
    return Advice.PREREQUISITES if level < MIDDLE_LEVEL else Advice.VARY
