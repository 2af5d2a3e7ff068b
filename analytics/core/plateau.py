"""Plateaus: learners who have stopped improving at a skill before mastering it.

Learning-science 3. The calibrated probability of being stuck (`stuck`) switches the flag, on and
off at different values (hysteresis), so that it does not flicker; three right answers in a row
among the last five keep it from being switched on. A mastered skill is never a plateau, however
constant it stays: a rule on the velocity of mastery (attempts >= 10 and |velocity| < .02) would
flag nearly every mastered learner. Further indicators are reported beside the flag; `causes` has
the reasons, as far as there are signs of them.
"""

from __future__ import annotations

from enum import StrEnum

from analytics.core.bkt import MASTERED
from analytics.core.stuck import Recent, has_three_right

MIN_ANSWERS = 8
FLAG_OFF = 0.80  # share of the threshold below which the flag is removed
LOW, MEDIUM, HIGH = 0.40, 0.55, 0.70
FALLEN = 0.10  # distance of the expected level from its maximum
RECORD_STEP = 0.01  # smallest rise of mastery above the last record that sets a new one
RECORDLESS_ANSWERS = 8


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


def is_flagged(
    stuck: float, recent: Recent[float], *, answers: int, threshold: float, was_raised: bool
) -> bool:
    """Return the flag after an answer at a skill that is not mastered.

    On from the threshold and eight answers, unless three right answers in a row are among the last
    five; off below .8 of the threshold.

    Parameters
    ----------
    stuck : the calibrated probability of being stuck, in [0, 1].
    recent : recent results, this answer included.
    answers : number of answers so far.
    threshold : that of the calibration, in (0, 1].
    was_raised : the flag before this answer.
    """
    if was_raised:
        return stuck >= FLAG_OFF * threshold
    return answers >= MIN_ANSWERS and stuck >= threshold and not has_three_right(recent.results)


def confidence(stuck: float, mastery: float) -> Confidence | None:
    """Return the confidence in a plateau, flagged or not; None if below low or if mastered.

    Parameters
    ----------
    stuck : the calibrated probability of being stuck, in [0, 1].
    mastery : in [0, 1].
    """
    if stuck < LOW or mastery >= MASTERED:
        return None
    if stuck < MEDIUM:
        return Confidence.LOW
    return Confidence.MEDIUM if stuck < HIGH else Confidence.HIGH


def severity(stuck: float, mastery: float, fall: float, *, is_flagged: bool) -> Severity | None:
    """Return the severity of a plateau; None if it is neither flagged nor likely, or if mastered.

    Parameters
    ----------
    stuck : the calibrated probability of being stuck, in [0, 1].
    mastery : in [0, 1].
    fall : how far the expected level is below its maximum.
    is_flagged : whether the plateau is flagged.
    """
    if mastery >= MASTERED or not (is_flagged or stuck >= LOW):
        return None
    if stuck < HIGH:
        return Severity.MILD
    return Severity.SEVERE if fall >= FALLEN else Severity.MODERATE


def is_stagnant(stuck: float, mastery: float, since_record: int) -> bool:
    """Return whether mastery has set no record for eight answers, below mastery and likely stuck.

    Parameters
    ----------
    since_record : number of answers since mastery last set a record.
    """
    return since_record >= RECORDLESS_ANSWERS and mastery < MASTERED and stuck >= LOW
