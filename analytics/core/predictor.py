"""Prediction of the next answer: a logistic blend of the models' outputs (learning-science 2).

Knowledge tracing models practice at a skill; the ability model models learners and items.
Logistic stacking (Wolpert 1992) combines them with seven weights, fitted over all skills at once.
It needs no state beyond that of the two models.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, logit, logits, sigmoid, sigmoids

RIDGE = 30.0
_MAX_STEPS = 100
_MAX_HALVINGS = 40
_TOLERANCE = 1e-10
_ROUNDING = 1e-12


class BlendWeights(NamedTuple):
    """The weights of the blend, applied to log odds.

    `tracing` multiplies the logit of P(correct) by knowledge tracing with forgetting, `ability`
    θ_u, `skill_ability` θ_us, `skill` b_s, `item` d_i, and `kalman` the log odds of the ability
    model (c·m). The last input is almost a linear combination of the other ability terms, so single
    weights are hardly interpretable.
    """

    intercept: float
    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


# Weights of an installation without a fit, whose knowledge tracing has the default parameters.
# Fitted to all of ASSISTments 2009-10 with these parameters (each answer's terms as known before
# it), with a ridge of 3,000 towards tracing .3 and kalman .7, rounded to .05. Log loss there: .533.
DEFAULT = BlendWeights(
    intercept=-0.05,
    tracing=0.25,
    ability=0.10,
    skill_ability=-0.15,
    skill=0.0,
    item=-0.20,
    kalman=0.80,
)


class PredictorInputs(NamedTuple):
    """Inputs of the predictor for one answer; fields as in `BlendWeights`.

    `tracing` is a probability in (0, 1), the other fields are means in log odds.
    """

    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


def predict(inputs: PredictorInputs, blend: BlendWeights) -> float:
    """Return the probability in [0, 1] that the next answer is right; NaN inputs give NaN.

    Raises
    ------
    ValueError : `tracing` is not inside (0, 1) (NaN included).
    """
    tracing, ability, skill_ability, skill, item, kalman = inputs
    intercept, w_tracing, w_ability, w_skill_ability, w_skill, w_item, w_kalman = blend
    return sigmoid(
        intercept
        + w_tracing * logit(tracing)
        + w_ability * ability
        + w_skill_ability * skill_ability
        + w_skill * skill
        + w_item * item
        + w_kalman * kalman
    )


def features(inputs: FloatArray) -> FloatArray:
    """Return the design matrix: the columns that the weights multiply.

    Parameters
    ----------
    inputs : shape (answers, 6), columns as in `PredictorInputs`; may be empty.

    Returns
    -------
    Shape (answers, 7), columns as in `BlendWeights`.

    Raises
    ------
    ValueError : another shape, or a `tracing` not inside (0, 1) (NaN included).
    """
    if inputs.ndim != 2 or inputs.shape[1] != len(DEFAULT) - 1:
        raise ValueError("inputs must have the shape (answers, 6)")
    return np.column_stack([np.ones(len(inputs)), logits(inputs[:, 0]), inputs[:, 1:]])


def predictions(features: FloatArray, blend: BlendWeights) -> FloatArray:
    """Return `predict` of each row of the design matrix, shape (answers,)."""
    return sigmoids(features @ np.array(blend))


def fit_blend(features: FloatArray, score: FloatArray, *, ridge: float = RIDGE) -> BlendWeights:
    """Return the weights that maximise the penalised likelihood of the scores, by Newton's method.

    The log likelihood with a ridge penalty is strictly concave: its maximum is unique, and the fit
    is deterministic.

    Parameters
    ----------
    features : shape (answers, 7), from `features`; each row as it was before its answer.
    score : shape (answers,), in [0, 1]; a score in between mixes the likelihoods of right and
        wrong.
    ridge : penalty of the squared distance from `DEFAULT`, > 0. Without answers the result is
        `DEFAULT`. The default value costs nothing with 100 learners or more, and lowers the log
        loss by .04 with three.

    Raises
    ------
    ValueError : shapes that do not match, a value that is not finite, a score outside [0, 1], or a
        ridge not above 0.
    """
    if score.ndim != 1 or features.shape != (len(score), len(DEFAULT)):
        raise ValueError("features must have the shape (answers, 7)")
    if not (np.isfinite(features).all() and np.all((score >= 0.0) & (score <= 1.0))):
        raise ValueError("features must be finite, and scores in [0, 1]")
    if not 0.0 < ridge < np.inf:
        raise ValueError("ridge must be above 0 and finite")
    weights = np.array(DEFAULT)
    for _ in range(_MAX_STEPS):
        step = _newton_step(features, score, weights, ridge)
        new_weights = _line_search(features, score, weights, step, ridge)
        change = np.abs(new_weights - weights).max()
        weights = new_weights
        if change < _TOLERANCE:
            break
    return BlendWeights(*weights.tolist())


def _newton_step(
    features: FloatArray, score: FloatArray, weights: FloatArray, ridge: float
) -> FloatArray:
    p = sigmoids(features @ weights)
    gradient = features.T @ (score - p) - ridge * (weights - np.array(DEFAULT))
    information = (features * (p * (1.0 - p))[:, np.newaxis]).T @ features
    return np.linalg.solve(information + ridge * np.eye(len(weights)), gradient)


def _line_search(
    features: FloatArray, score: FloatArray, weights: FloatArray, step: FloatArray, ridge: float
) -> FloatArray:
    """Return the weights after the step, halved until the objective does not fall (line search)."""
    current = _objective(features, score, weights, ridge)
    threshold = current - _ROUNDING * abs(current)
    for _ in range(_MAX_HALVINGS):
        if _objective(features, score, weights + step, ridge) >= threshold:
            return weights + step
        step = step / 2.0
    return weights


def _objective(features: FloatArray, score: FloatArray, weights: FloatArray, ridge: float) -> float:
    """Return the penalised log likelihood."""
    log_odds = features @ weights
    deviation = weights - np.array(DEFAULT)
    likelihood = score @ log_odds - np.logaddexp(0.0, log_odds).sum()
    return float(likelihood - 0.5 * ridge * (deviation @ deviation))
