"""Measures of predictions: discrimination (AUC), log loss and calibration."""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import FloatArray

BINS = 10


def auc(predicted: FloatArray, score: FloatArray) -> float:
    """Return the probability that a right answer was predicted as likelier than a wrong one.

    Parameters
    ----------
    predicted, score : shapes (answers,); in [0, 1], and 0 or 1. Ties count half.
    """
    _, place, ties = np.unique(predicted, return_inverse=True, return_counts=True)
    rank = (np.cumsum(ties) - (ties - 1) / 2.0)[place]
    right = float(score.sum())
    above = float(rank @ score) - right * (right + 1.0) / 2.0
    return above / (right * (len(score) - right))


def log_loss(predicted: FloatArray, score: FloatArray) -> float:
    """Return the mean negative log likelihood, in nats."""
    return -float(np.mean(score * np.log(predicted) + (1.0 - score) * np.log1p(-predicted)))


def calibration_error(predicted: FloatArray, score: FloatArray) -> float:
    """Return the expected calibration error, over ten bins of equal width."""
    of_bin = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(of_bin, predicted - score, BINS)
    return float(np.abs(gap).sum() / len(score))
