"""Reasons for which a learner needs help, derived from the values of a learner's state.

Each reason compares one figure with a threshold.

Plateau: the flag of `plateau`, raised by the calibrated probability of being stuck (`stuck`).

Wheel-spinning (Beck & Gong 2013, "Wheel-spinning: students who fail to master a skill"): ten
answers or more at a skill without mastery. Beck & Gong define mastery as three right answers in
a row; here it is a mastery of .95, which takes about as many answers from the initial state. Many
learners who need more answers do reach mastery (Kai et al. 2018, "wheel-spinning and productive
persistence"), so this reason applies only while the probability of
being stuck is at least .40. Without this condition,
two thirds of the learners who improve steadily would be flagged within 25 answers.

Declining: right answers become rarer beyond chance, by at least .008 per answer on questions of
unchanged difficulty, and the expected level is at least .10 below its maximum. The discounted
velocity alone is not enough: it falls whenever a learner approaches mastery.

Inactive: the learner has answered before, but not for seven days.

Not started: the learner is enrolled in a class, but has not answered within seven days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from analytics.core import (
    growth_hmm,
    plateau,
    trajectory_batch,
    trajectory_codec,
    trend_series,
)
from analytics.core.bkt import MASTERED
from analytics.core.causes import Advice
from analytics.core.logistic import BoolArray
from analytics.core.stuck import Judgement
from analytics.core.trajectory import Trajectory

SPINNING_ANSWERS = 10
# With fewer answers at a skill, it has no problem.
MIN_ANSWERS = min(plateau.MIN_ANSWERS, SPINNING_ANSWERS, trend_series.MIN_ANSWERS)
MIN_STUCK_SPINNING = plateau.LOW
DECLINE = 0.008  # loss of P(correct) per answer
DECLINE_ERRORS = 2.33  # one-sided 99 %, since every skill is tested after every answer
FALLEN = plateau.FALLEN
INACTIVE_DAYS = 7.0
NOT_STARTED_DAYS = 7.0
_ROUNDING = 1e-9


class Reason(IntEnum):
    """Reason for help, most urgent first."""

    PLATEAU = 1
    WHEEL_SPINNING = 2
    DECLINING = 3
    INACTIVE = 4
    NOT_STARTED = 5


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The thresholds that a facility may set for its alerts.

    Attributes
    ----------
    certainty : probability of being stuck from which a plateau is a problem, in [.5, 1); None: that
        of the calibration, with the flag of the trajectory. Other values keep its rule (`plateau`):
        a problem lasts until the probability is below .8 of the certainty.
    inactive_days : days without an answer, >= 1.
    spinning_answers : answers without mastery, >= `MIN_ANSWERS`.
    """

    certainty: float | None = None
    inactive_days: float = INACTIVE_DAYS
    spinning_answers: int = SPINNING_ANSWERS

    def is_stuck(self, trajectory: Trajectory, *, was_raised: bool) -> bool:
        """Return whether a plateau is a problem; `was_raised`: it is one already."""
        if self.certainty is None:
            return trajectory.is_plateau
        return trajectory.mastery < MASTERED and plateau.is_flagged(
            trajectory.stuck,
            trajectory.recent_results,
            answers=trajectory.answers,
            threshold=self.certainty,
            was_raised=was_raised,
        )


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason for help with its figure and the threshold that the figure has reached.

    The figure is the probability of being stuck in [0, 1] for a plateau, the number of answers for
    wheel-spinning, the loss of P(correct) per answer for a decline, and the number of days for
    the others. `is_calibrated`: a probability was calibrated with answers of the facility.
    `advice` is what a teacher can do, if anything is known of it, and `prerequisite` the name of
    the weak skill that it may be about.
    """

    reason: Reason
    figure: float
    threshold: float
    is_calibrated: bool = True
    advice: Advice | None = None
    prerequisite: str | None = None

    @property
    def rank(self) -> tuple[int, float]:
        """Sort key: the reason, then the ratio of figure to threshold, largest first."""
        return self.reason, -self.figure / self.threshold


def skill_problem(
    trajectory: Trajectory,
    typical_seconds: float | None = None,
    prerequisite: str | None = None,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    was_raised: bool = False,
) -> Problem | None:
    """Return the most urgent problem at one skill, or None if there is none.

    Parameters
    ----------
    typical_seconds, prerequisite : see `explanation.explain`.
    was_raised : whether the plateau is a problem already; see `Thresholds`.
    """
    is_weak = prerequisite is not None
    if thresholds.is_stuck(trajectory, was_raised=was_raised):
        return Problem(
            reason=Reason.PLATEAU, figure=trajectory.stuck,
            threshold=thresholds.certainty or trajectory.judgement.threshold,
            is_calibrated=trajectory.is_calibrated,
            advice=trajectory.advice(typical_seconds, is_prerequisite_weak=is_weak),
            prerequisite=prerequisite,
        )  # fmt: skip
    answers = thresholds.spinning_answers
    if is_spinning(trajectory.answers, trajectory.record, trajectory.stuck, least=answers):
        cause = trajectory.cause(typical_seconds, is_prerequisite_weak=is_weak)
        return Problem(
            reason=Reason.WHEEL_SPINNING,
            figure=float(trajectory.answers),
            threshold=float(answers),
            advice=Advice(cause.value) if cause else None,
            prerequisite=prerequisite,
        )
    loss = decline(trajectory)
    if loss is not None:
        return Problem(
            reason=Reason.DECLINING, figure=loss, threshold=DECLINE, advice=Advice.DECLINING
        )
    return None


def may_have_problems(records: Sequence[bytes]) -> BoolArray:
    """Return for each packed trajectory whether it can have a problem.

    This is much faster than `skill_problem`, which then decides.

    Raises
    ------
    ValueError : a record has another length.
    """
    columns = trajectory_codec.columns(trajectory_codec.unchecked_table(records))
    belief = trajectory_batch.beliefs(columns)
    is_stuck = Judgement(*columns.judgement).stuck >= MIN_STUCK_SPINNING - _ROUNDING
    has_fallen = columns.best_level - growth_hmm.level(belief) >= FALLEN - _ROUNDING
    possible: BoolArray = (columns.is_raised > 0) | is_stuck | has_fallen
    return possible


def is_spinning(
    answers: int, best_mastery: float, stuck: float, *, least: int = SPINNING_ANSWERS
) -> bool:
    """Return whether the learner is wheel-spinning: many answers, no mastery, likely stuck.

    Parameters
    ----------
    answers : number of answers at the skill.
    best_mastery : the last record of mastery, in [0, 1]. The true maximum is less than .01 above
        it; a learner within .01 of mastery therefore does not count as wheel-spinning.
    stuck : the probability of being stuck, in [0, 1].
    least : the number of answers from which it is wheel-spinning.
    """
    is_unmastered = best_mastery < MASTERED - plateau.RECORD_STEP
    return answers >= least and is_unmastered and stuck >= MIN_STUCK_SPINNING


def decline(trajectory: Trajectory) -> float | None:
    """Return the loss of P(correct) per answer, or None without a significant decline.

    A decline is significant if the scores fall on questions of unchanged difficulty, the slope is
    at most -.008 and below 0 with 99 % certainty (one-sided), and the expected level is at least
    .10 below its maximum.
    """
    if not trend_series.is_falling(trajectory.scores, trajectory.difficulties, trajectory.answers):
        return None
    change, standard_error = trend_series.slope(trajectory.scores, trajectory.answers)
    has_fallen = trajectory.best_level - trajectory.level >= FALLEN
    is_significant = change <= -DECLINE_ERRORS * standard_error
    return -change if change <= -DECLINE and has_fallen and is_significant else None


def absence_problem(days: float | None, least: float = INACTIVE_DAYS) -> Problem | None:
    """Return the problem of an inactive learner, or None for an active one.

    Parameters
    ----------
    days : days since the last answer, >= 0; None if the learner has never answered.
    least : the number of days from which a learner is inactive.
    """
    if days is None or days < least:
        return None
    return Problem(reason=Reason.INACTIVE, figure=days, threshold=least)


def not_started_problem(days: float | None) -> Problem | None:
    """Return the problem of a learner who has not started yet, or None if it is early.

    Parameters
    ----------
    days : days since the learner could have started, >= 0; None if they are in no class.
    """
    if days is None or days < NOT_STARTED_DAYS:
        return None
    return Problem(reason=Reason.NOT_STARTED, figure=days, threshold=NOT_STARTED_DAYS)
