"""Does a learner need help, and why? From the numbers of a state, each reason with its threshold.

Plateau: the flag of `plateau`, at 80 % sure of being stuck. Wheel-spinning (Beck & Gong 2013,
"Wheel-spinning: students who fail to master a skill"): ten answers or more at a skill without
ever having mastered it. They call three right answers in a row mastery; here it is a mastery of
95 %, which from where learners begin takes about as many. Many who need more answers than that
do get there (Kai et al. 2018, "wheel-spinning and productive persistence"), so it counts only
while they are more likely stuck than not: else two in three of those who learn steadily, within
25 answers, would be called spinning on their way. Declining: right answers become fewer
beyond chance, by at least .008 an answer at questions as difficult as before, and the expected
level is a tenth below its best; the discounted velocity alone falls whenever somebody nears
mastery. Inactive: a learner who did answer has not for seven days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from analytics.core import plateau, trend_series
from analytics.core.bkt import MASTERED
from analytics.core.trajectory import Trajectory
from analytics.core.velocity import CHANGE

SPINNING_ANSWERS = 10
MIN_P_STUCK_SPINNING = plateau.LOW  # P_stuck
DECLINE = CHANGE  # of P(right) an answer
DECLINE_ERRORS = 2.33  # one-sided 99 %: it is asked of every skill, after every answer
FALLEN = plateau.FALLEN
INACTIVE_DAYS = 7.0


class Reason(IntEnum):
    """Why somebody needs help, the most pressing first."""

    PLATEAU = 1
    WHEEL_SPINNING = 2
    DECLINING = 3
    INACTIVE = 4


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason with its figure, and the threshold that the figure has reached.

    Of a plateau P(stuck), in [0, 1]; of wheel-spinning answers; of a decline the loss of P(right)
    an answer; of inactivity days.
    """

    reason: Reason
    figure: float
    threshold: float

    @property
    def rank(self) -> tuple[int, float]:
        """What to sort by: the reason, then how far beyond its threshold the figure is."""
        return self.reason, -self.figure / self.threshold


def skill_problem(course: Trajectory) -> Problem | None:
    """Return the most pressing reason for help at one skill; None where all goes well."""
    if course.is_plateau:
        return Problem(reason=Reason.PLATEAU, figure=course.p_stuck, threshold=plateau.FLAG_ON_FROM)
    if is_spinning(course.answers, course.record, course.p_stuck):
        return Problem(
            reason=Reason.WHEEL_SPINNING,
            figure=float(course.answers),
            threshold=float(SPINNING_ANSWERS),
        )
    loss = decline(course)
    if loss is not None:
        return Problem(reason=Reason.DECLINING, figure=loss, threshold=DECLINE)
    return None


def is_spinning(answers: int, best_mastery: float, p_stuck: float) -> bool:
    """Tell whether ten answers or more have not once led to mastery, nor seem to be going to.

    Parameters
    ----------
    best_mastery : the last record of mastery, in [0, 1]; the best is less than .01 above it, so
        whoever comes this close is not called spinning.
    p_stuck : the probability of being stuck below mastery, in [0, 1].
    """
    is_unmastered = best_mastery < MASTERED - plateau.RECORD_STEP
    return answers >= SPINNING_ANSWERS and is_unmastered and p_stuck >= MIN_P_STUCK_SPINNING


def decline(course: Trajectory) -> float | None:
    """Return how much of P(right) an answer costs; None where it does not fall, or not enough."""
    if not trend_series.is_falling(course.scores, course.difficulties, course.answers):
        return None
    change, error = trend_series.slope(course.scores, course.answers)
    is_deep = course.best_level - course.level >= FALLEN
    is_sure = change <= -DECLINE_ERRORS * error
    return -change if change <= -DECLINE and is_deep and is_sure else None


def absence_problem(days: float | None) -> Problem | None:
    """Return the concern that a learner stays away; None where they do not.

    Parameters
    ----------
    days : since the last answer, >= 0; None: there never was one.
    """
    if days is None or days < INACTIVE_DAYS:
        return None
    return Problem(reason=Reason.INACTIVE, figure=days, threshold=INACTIVE_DAYS)
