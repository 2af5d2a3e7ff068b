"""Will the next answer be right? A logistic blend of what the models say (learning-science 2).

Knowledge tracing knows how practice goes at a skill, the ability model who answers what. Each is
a voice, and seven weights, fitted over all skills at once, say how loud: logistic stacking
(Wolpert 1992), which needs no more than what both models keep anyway.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, logit, logits, sigmoid, sigmoids

RIDGE = 30.0
_MAX_STEPS = 100
_MAX_HALVINGS = 40
_CLOSE = 1e-10
_ROUNDING = 1e-12


class BlendWeights(NamedTuple):
    """The weights, of log odds.

    Of `tracing` P(correct) by knowledge tracing with forgetting, `ability` θ_u, `skill_ability`
    θ_us, `skill` b_s, `item` d_i, and `kalman` the ability model's own shrunk log odds. It is
    nearly a sum of the other terms, so single weights mean little by themselves.
    """

    intercept: float
    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


# Until an installation's own are fitted, that is while knowledge tracing has its defaults: fitted
# to all of ASSISTments 2009-10 with just those (each answer's terms as known by then), held to
# tracing .3 and kalman .7 by a ridge of 3,000, and rounded to .05. Log loss there .533.
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
    """What each model says of the next answer, by the names of `BlendWeights`.

    `tracing` is a probability in (0, 1); the rest are means in log odds.
    """

    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


def predict(voices: PredictorInputs, blend: BlendWeights) -> float:
    """Return the probability in [0, 1] that the next answer is right; NaN where a voice is.

    Raises
    ------
    ValueError : `tracing` is not in (0, 1) (NaN included).
    """
    tracing, ability, skill_ability, skill, item, kalman = voices
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


def features(voices: FloatArray) -> FloatArray:
    """Return what the weights multiply.

    Parameters
    ----------
    voices : shape (answers, 6), of `PredictorInputs`; no answers, no features.

    Returns
    -------
    Shape (answers, 7), of `BlendWeights`.

    Raises
    ------
    ValueError : another shape, or a `tracing` that is not in (0, 1) (NaN included).
    """
    if voices.ndim != 2 or voices.shape[1] != len(DEFAULT) - 1:
        raise ValueError("voices are of shape (answers, 6)")
    return np.column_stack([np.ones(len(voices)), logits(voices[:, 0]), voices[:, 1:]])


def predictions(features: FloatArray, blend: BlendWeights) -> FloatArray:
    """Return `predict` of each row of `features`: shape (answers,)."""
    return sigmoids(features @ np.array(blend))


def fit_blend(features: FloatArray, score: FloatArray, *, ridge: float = RIDGE) -> BlendWeights:
    """Return the weights under which the scores are most likely, by Newton's method.

    The likelihood with a ridge is strictly concave: there is one answer, whatever the data, and
    nothing random in finding it.

    Parameters
    ----------
    features : shape (answers, 7), of `features`; each as it stood before its answer.
    score : shape (answers,), in [0, 1]; in between, the mixture of right and wrong.
    ridge : > 0, how strongly the weights are held to `DEFAULT`; without answers they are it. The
        usual costs nothing with 100 learners or more, and saves .04 of log loss with three.

    Raises
    ------
    ValueError : shapes that do not fit, a value that is not finite, or a ridge not above 0.
    """
    if score.ndim != 1 or features.shape != (len(score), len(DEFAULT)):
        raise ValueError("features are of shape (answers, 7)")
    if not (np.isfinite(features).all() and np.all((score >= 0.0) & (score <= 1.0))):
        raise ValueError("features are finite, scores lie in [0, 1]")
    if not 0.0 < ridge < np.inf:
        raise ValueError("a ridge is above 0")
    weights = np.array(DEFAULT)
    for _ in range(_MAX_STEPS):
        step = _newton_step(features, score, weights, ridge)
        climbed = _climbed(features, score, weights, step, ridge)
        moved = np.abs(climbed - weights).max()
        weights = climbed
        if moved < _CLOSE:
            break
    return BlendWeights(*weights.tolist())


def _newton_step(
    features: FloatArray, score: FloatArray, weights: FloatArray, ridge: float
) -> FloatArray:
    p = sigmoids(features @ weights)
    uphill = features.T @ (score - p) - ridge * (weights - np.array(DEFAULT))
    bend = (features * (p * (1.0 - p))[:, np.newaxis]).T @ features
    return np.linalg.solve(bend + ridge * np.eye(len(weights)), uphill)


def _climbed(
    features: FloatArray, score: FloatArray, weights: FloatArray, step: FloatArray, ridge: float
) -> FloatArray:
    """Take the step, or the largest half of a half of it that does not lead down."""
    here = _height(features, score, weights, ridge)
    enough = here - _ROUNDING * abs(here)
    for _ in range(_MAX_HALVINGS):
        if _height(features, score, weights + step, ridge) >= enough:
            return weights + step
        step = step / 2.0
    return weights


def _height(features: FloatArray, score: FloatArray, weights: FloatArray, ridge: float) -> float:
    """Return the log likelihood less the ridge's cost."""
    log_odds = features @ weights
    away = weights - np.array(DEFAULT)
    likelihood = score @ log_odds - np.logaddexp(0.0, log_odds).sum()
    return float(likelihood - 0.5 * ridge * (away @ away))
