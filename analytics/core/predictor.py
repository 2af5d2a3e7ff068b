"""Prediction of the next answer: a logistic blend of the models' outputs (learning-science 2).

Knowledge tracing models practice at a skill; the ability model models learners and items.
Logistic stacking (Wolpert 1992) combines them with seven weights, fitted over all skills at once.
It needs no state beyond that of the two models.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, logit, logits, sigmoid, sigmoids
from analytics.core.logistic_fit import fit_logistic

RIDGE = 30.0


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
    return sigmoid(log_odds(inputs, blend))


def log_odds(inputs: PredictorInputs, blend: BlendWeights) -> float:
    """Return the log odds of `predict`.

    Raises
    ------
    ValueError : `tracing` is not inside (0, 1) (NaN included).
    """
    tracing, ability, skill_ability, skill, item, kalman = inputs
    intercept, w_tracing, w_ability, w_skill_ability, w_skill, w_item, w_kalman = blend
    return (
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
    weights = fit_logistic(features, score, centre=np.array(DEFAULT), ridge=ridge)
    return BlendWeights(*weights.tolist())
