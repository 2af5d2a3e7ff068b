"""Will the next answer be right? A logistic blend of what the models say (learning-science 2).

Knowledge tracing knows how practice goes at a skill, the ability model who answers what; each
is a voice, and seven weights, fitted once over all skills, say how loud.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, logit, logits, sigmoid, sigmoids

RIDGE = 1.0
_STEPS = 50
_CLOSE = 1e-10


class Blend(NamedTuple):
    """The weights, of log odds.

    Of `tracing` P(correct) by knowledge tracing with forgetting, `ability` θ_u, `skill_ability`
    θ_us, `skill` b_s, `item` d_i, and `kalman` the ability model's own shrunk log odds.
    """

    intercept: float
    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


# Until an installation has answers enough to fit its own: fitted to ASSISTments 2009-10.
DEFAULT = Blend(0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5)


class Voices(NamedTuple):
    """What each model says of the next answer, by the names of `Blend`.

    `tracing` is a probability in (0, 1); the rest are means in log odds.
    """

    tracing: float
    ability: float
    skill_ability: float
    skill: float
    item: float
    kalman: float


def predict(voices: Voices, blend: Blend) -> float:
    """Return the probability in [0, 1] that the next answer is right.

    Raises
    ------
    ValueError : `tracing` is not in (0, 1).
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
    voices : shape (answers, 6), of `Voices`.

    Returns
    -------
    Shape (answers, 7), of `Blend`.

    Raises
    ------
    ValueError : a `tracing` is not in (0, 1).
    """
    return np.column_stack([np.ones(len(voices)), logits(voices[:, 0]), voices[:, 1:]])


def predictions(features: FloatArray, blend: Blend) -> FloatArray:
    """Return `predict` of each row of `features`: shape (answers,)."""
    return sigmoids(features @ np.array(blend))


def fit_blend(features: FloatArray, score: FloatArray, *, ridge: float = RIDGE) -> Blend:
    """Return the weights under which the scores are most likely, by Newton's method.

    Parameters
    ----------
    features : shape (answers, 7), of `features`; each as it stood before its answer.
    score : shape (answers,), in [0, 1].
    ridge : how strongly the weights are held to `DEFAULT`, in answers' worth of evidence; without
        answers they are it.

    Raises
    ------
    ValueError : shapes that do not fit, or a value that is not finite.
    """
    if features.shape != (len(score), len(DEFAULT)):
        raise ValueError("features are of shape (answers, 7)")
    if not (np.isfinite(features).all() and ((score >= 0) & (score <= 1)).all()):
        raise ValueError("features are finite, scores lie in [0, 1]")
    start = np.array(DEFAULT)
    weights = start.copy()
    for _ in range(_STEPS):
        p = sigmoids(features @ weights)
        pull = features.T @ (score - p) - ridge * (weights - start)
        bend = (features * (p * (1.0 - p))[:, np.newaxis]).T @ features
        step = np.linalg.solve(bend + ridge * np.eye(len(start)), pull)
        weights = weights + step
        if np.abs(step).max() < _CLOSE:
            break
    return Blend(*(float(weight) for weight in weights))
