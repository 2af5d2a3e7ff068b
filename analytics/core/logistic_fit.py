"""Logistic regression with a ridge penalty towards given weights, by Newton's method."""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray, sigmoids

_MAX_STEPS = 100
_MAX_HALVINGS = 40
_TOLERANCE = 1e-10
_ROUNDING = 1e-12


def fit_logistic(
    features: FloatArray, score: FloatArray, *, centre: FloatArray, ridge: float
) -> FloatArray:
    """Return the weights that maximise the penalised likelihood of the scores, shape (weights,).

    The log likelihood with a ridge penalty is strictly concave: its maximum is unique, and the fit
    is deterministic.

    Parameters
    ----------
    features : shape (answers, weights).
    score : shape (answers,), in [0, 1]; a score in between mixes the likelihoods of right and
        wrong.
    centre : shape (weights,). Without answers these weights are the result.
    ridge : penalty of the squared distance from `centre`, > 0.

    Raises
    ------
    ValueError : shapes that do not match, a value that is not finite, a score outside [0, 1], or a
        ridge not above 0.
    """
    if score.ndim != 1 or features.shape != (len(score), len(centre)):
        raise ValueError(f"features must have the shape (answers, {len(centre)})")
    if not (np.isfinite(features).all() and np.all((score >= 0.0) & (score <= 1.0))):
        raise ValueError("features must be finite, and scores in [0, 1]")
    if not 0.0 < ridge < np.inf:
        raise ValueError("ridge must be above 0 and finite")
    weights = centre.copy()
    for _ in range(_MAX_STEPS):
        step = _newton_step(features, score, weights, centre, ridge)
        new_weights = _line_search(features, score, weights, step, centre, ridge)
        change = np.abs(new_weights - weights).max()
        weights = new_weights
        if change < _TOLERANCE:
            break
    return weights


def _newton_step(
    features: FloatArray, score: FloatArray, weights: FloatArray, centre: FloatArray, ridge: float
) -> FloatArray:
    p = sigmoids(features @ weights)
    gradient = features.T @ (score - p) - ridge * (weights - centre)
    information = (features * (p * (1.0 - p))[:, np.newaxis]).T @ features
    penalised = information + ridge * np.eye(len(weights))
    return np.asarray(np.linalg.solve(penalised, gradient), dtype=np.float64)


def _line_search(
    features: FloatArray,
    score: FloatArray,
    weights: FloatArray,
    step: FloatArray,
    centre: FloatArray,
    ridge: float,
) -> FloatArray:
    """Return the weights after the step, halved until the objective does not fall (line search)."""
    current = _objective(features, score, weights, centre, ridge)
    threshold = current - _ROUNDING * abs(current)
    for _ in range(_MAX_HALVINGS):
        if _objective(features, score, weights + step, centre, ridge) >= threshold:
            return weights + step
        step = step / 2.0
    return weights


def _objective(
    features: FloatArray, score: FloatArray, weights: FloatArray, centre: FloatArray, ridge: float
) -> float:
    """Return the penalised log likelihood."""
    log_odds = features @ weights
    deviation = weights - centre
    likelihood = score @ log_odds - np.logaddexp(0.0, log_odds).sum()
    return float(likelihood - 0.5 * ridge * (deviation @ deviation))
