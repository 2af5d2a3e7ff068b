"""Quality of the predictions and alerts of a model, from stored answers (learning-science 8).

Discrimination (AUC), log loss and calibration of the predictions that answers were stored with;
their drift, the mean of score - prediction; the log loss of knowledge tracing with the default
parameters on the same answers; and the alerts about skills, each judged by the ten answers after
it was raised: it is confirmed if less than .70 of them are right, and at most .10 more than of the
ten before (learning-science 3).
"""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from analytics.core import bkt, stuck_fit
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.scoring import auc, calibration, log_loss

# Of one learner at one skill at most this many answers are predicted, the newest ones.
MAX_SEQUENCE = 500
# A refit is worth it from this number of answers on, with this drift at this many standard errors.
MIN_REFIT_ANSWERS = 200
MIN_DRIFT = 0.03
DRIFT_ERRORS = 3.0
_EPSILON = 1e-9


class Answers(NamedTuple):
    """Answers as arrays of shape (answers,), each learner's at a skill in order of time.

    `sequence` numbers the pairs of learner and skill, from 0, in ascending order. `predicted` is
    P(correct) before the answer. `is_raised` marks the last answers before an alert was raised.
    Answers that are not `counted` are only history.
    """

    sequence: IntArray
    score: FloatArray
    predicted: FloatArray
    is_raised: BoolArray
    is_counted: BoolArray

    def take(self, rows: IntArray | BoolArray) -> Answers:
        """Return the answers of the given rows."""
        columns: list[Any] = [column[rows] for column in self]
        return Answers(*columns)


class Judged(NamedTuple):
    """Judgements of answers, of shape (answers,).

    `by_default` is P(correct) by knowledge tracing with the default parameters, NaN where there are
    too many answers; `is_confirmed` and `is_refuted` mark the alerts that the next ten answers
    judge.
    """

    by_default: FloatArray
    is_confirmed: BoolArray
    is_refuted: BoolArray

    def take(self, rows: IntArray) -> Judged:
        """Return the judgements of the given rows."""
        columns: list[Any] = [column[rows] for column in self]
        return Judged(*columns)


class Alerts(NamedTuple):
    """Numbers of alerts; those without ten further answers are neither of the last."""

    raised: int
    confirmed: int
    refuted: int


class Quality(NamedTuple):
    """Quality over some answers; None where they are too few or all alike.

    `calibration` has the mean prediction, the mean score and the number of answers of each of ten
    bins of the prediction. `drift_error` is the standard error of the drift.
    """

    answers: int
    auc: float | None
    log_loss: float | None
    default_log_loss: float | None
    drift: float | None
    drift_error: float | None
    calibration: list[tuple[float | None, float | None, int]]
    alerts: Alerts

    def is_refit_suggested(self, *, is_fitted: bool) -> bool:
        """Return whether a fit would probably improve the predictions.

        With 200 answers or more: if there is no fit yet, if the default parameters predict better,
        or if the predictions have drifted by .03 or more, beyond chance.
        """
        if self.answers < MIN_REFIT_ANSWERS or self.drift is None or self.drift_error is None:
            return False
        has_drifted = abs(self.drift) >= max(MIN_DRIFT, DRIFT_ERRORS * self.drift_error)
        is_worse = (self.log_loss or 0.0) > (self.default_log_loss or 0.0)
        return has_drifted or is_worse or not is_fitted


def judge(answers: Answers) -> Judged:
    """Predict with the default parameters, and judge the alerts by what followed them."""
    size = len(answers.score)
    judged = Judged(np.full(size, np.nan), *(np.zeros(size, dtype=np.bool_) for _ in range(2)))
    if not size:
        return judged
    count = np.bincount(answers.sequence)
    length = np.minimum(count, MAX_SEQUENCE)
    start = np.cumsum(count) - length
    mastery: FloatArray = np.full(len(count), bkt.DEFAULTS.prior)
    for step in range(length.max()):
        active = np.flatnonzero(length > step)
        rows = start[active] + step
        judged.by_default[rows] = _predicted(mastery[active])
        mastery[active] = _traced(mastery[active], answers.score[rows])
    outcome = stuck_fit.outcomes(answers.sequence, answers.score, first=1)
    judged.is_confirmed[:] = answers.is_raised & (outcome == 1.0)
    judged.is_refuted[:] = answers.is_raised & (outcome == 0.0)
    return judged


def _predicted(mastery: FloatArray) -> FloatArray:
    return mastery * (1.0 - bkt.DEFAULTS.slip) + (1.0 - mastery) * bkt.DEFAULTS.guess


def _traced(mastery: FloatArray, score: FloatArray) -> FloatArray:
    return bkt.updates(mastery, score, bkt.ParamRows.of([bkt.DEFAULTS] * len(mastery)))


def measure(answers: Answers, judged: Judged) -> Quality:
    """Return the quality over these answers, of which only the counted ones count."""
    counted = answers.is_counted
    p = np.clip(answers.predicted[counted], _EPSILON, 1.0 - _EPSILON)
    score = answers.score[counted]
    by_default = judged.by_default[counted]
    is_predicted = ~np.isnan(by_default)
    n = len(score)
    return Quality(
        answers=n,
        auc=auc(p, score >= 0.5),
        log_loss=log_loss(p, score) if n else None,
        default_log_loss=log_loss(by_default[is_predicted], score[is_predicted])
        if is_predicted.any()
        else None,
        drift=float(np.mean(score - p)) if n else None,
        drift_error=sqrt(float(np.sum(p * (1.0 - p)))) / n if n else None,
        calibration=calibration(p, score),
        alerts=Alerts(
            *(
                int(np.sum(column[counted]))
                for column in (answers.is_raised, judged.is_confirmed, judged.is_refuted)
            )
        ),
    )
