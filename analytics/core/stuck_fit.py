"""Fit of the calibrated probability of being stuck to past answers (learning-science 3).

A decision point is an answer from the eighth at a skill on that ten others follow. The learner was
stuck at it if the accuracy of these ten is below .70 and at most .10 above that of the last ten.
"""

from __future__ import annotations

import numpy as np

from analytics.core import stuck, stuck_batch
from analytics.core.logistic import BoolArray, FloatArray, IntArray, sigmoids
from analytics.core.logistic_fit import fit_logistic
from analytics.core.plateau import MIN_ANSWERS
from analytics.core.scoring import BINS, auc, calibration_error
from analytics.core.stuck import SHIPPED, Calibration
from analytics.core.stuck_batch import Observations

AHEAD = 10  # answers
STUCK_BELOW, STUCK_RISE = 0.70, 0.10
MAX_FLAGGED = 0.15  # share of the decision points
RIDGE = 0.1
FOLDS = 4
# A fit to less, or one that does not rank and calibrate well on other learners, is not kept.
MIN_POINTS, MIN_OF_EACH, MIN_LEARNERS = 1000, 100, 40
MIN_AUC, MAX_CALIBRATION_ERROR = 0.60, 0.03


def outcomes(state: IntArray, score: FloatArray, *, first: int = MIN_ANSWERS) -> FloatArray:
    """Return whether the learner was stuck at each answer: 1 or 0, NaN if no decision point.

    Parameters
    ----------
    state : skill state of each answer, the answers of each in temporal order, shape (answers,).
    score : in [0, 1], shape (answers,).
    first : number of the first answer of a skill state that is a decision point.
    """
    order = np.argsort(state, kind="stable")
    ordered, place = state[order], np.arange(len(order))
    starts = np.searchsorted(ordered, ordered)
    ends = np.searchsorted(ordered, ordered, side="right")
    number = place - starts + 1
    is_point = (number >= first) & (place + AHEAD < ends)
    total = np.concatenate([[0.0], np.cumsum(score[order])])
    before = np.minimum(number, AHEAD)
    last = (total[place + 1] - total[place + 1 - before]) / before
    following = np.minimum(place + 1 + AHEAD, len(order))
    ahead = (total[following] - total[place + 1]) / AHEAD
    found = np.full(len(order), np.nan)
    is_stuck = (ahead < STUCK_BELOW) & (ahead <= last + STUCK_RISE + 1e-9)
    found[order] = np.where(is_point, is_stuck, np.nan)
    return found


def fit_calibration(
    inputs: stuck.Inputs[FloatArray],
    observed: Observations,
    learner: IntArray,
    state: IntArray,
    score: FloatArray,
) -> Calibration | None:
    """Return the calibration for these answers; None if there are too few, or the fit is doubtful.

    The threshold is the lowest at which at most 15 % of the decision points are flagged.

    Parameters
    ----------
    inputs : from `stuck_batch.inputs`; fields of shape (answers,).
    observed, state, score : as for `stuck_batch.inputs`.
    learner : shape (answers,).
    """
    outcome = outcomes(state, score)
    is_point = ~np.isnan(outcome)
    features = np.column_stack([np.ones(len(score)), *stuck.terms(inputs)])
    chosen, labels, learners = features[is_point], outcome[is_point], learner[is_point]
    of_each = min(labels.sum(), (1.0 - labels).sum())
    is_enough = len(labels) >= MIN_POINTS and of_each >= MIN_OF_EACH
    if not is_enough or len(np.unique(learners)) < MIN_LEARNERS:
        return None
    if not _is_plausible(chosen, labels, learners):
        return None
    weights = _fit(chosen, labels)
    probability = stuck_batch.probabilities(inputs, weights)
    threshold = _threshold(probability, observed, state, is_point)
    return Calibration(tuple(weights.tolist()), threshold, is_local=True)


def _fit(features: FloatArray, labels: FloatArray) -> FloatArray:
    return fit_logistic(features, labels, centre=np.array(SHIPPED.weights), ridge=RIDGE)


def _is_plausible(features: FloatArray, labels: FloatArray, learner: IntArray) -> bool:
    """Return whether fits rank and calibrate well on learners they were not fitted to."""
    predicted = np.empty(len(labels))
    fold = np.unique(learner, return_inverse=True)[1] % FOLDS
    for number in range(FOLDS):
        held_out = fold == number
        weights = _fit(features[~held_out], labels[~held_out])
        predicted[held_out] = sigmoids(features[held_out] @ weights)
    share = labels.mean()
    # The outcomes of ten points in a row overlap, so there are a tenth as many independent ones.
    chance = np.sqrt(BINS * share * (1.0 - share) * AHEAD / len(labels))
    error = calibration_error(predicted, labels) - chance
    ranks_well = (auc(predicted, labels == 1.0) or 0.0) >= MIN_AUC
    return ranks_well and error <= MAX_CALIBRATION_ERROR


def _threshold(
    probability: FloatArray, observed: Observations, state: IntArray, is_point: BoolArray
) -> float:
    """Return the lowest threshold, in hundredths, that flags at most 15 % of the points."""
    for threshold in np.arange(0.30, 0.95, 0.01):
        limits = np.full(len(state), threshold)
        flagged = stuck_batch.flags(probability, observed, state, limits)
        if flagged[is_point].mean() <= MAX_FLAGGED:
            return round(float(threshold), 2)
    return 0.95
