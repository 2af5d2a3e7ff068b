"""Measures of predictions: discrimination (AUC), log loss and calibration."""

from __future__ import annotations

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray

BINS = 10


def auc(predicted: FloatArray, is_right: BoolArray) -> float | None:
    """Return the probability that a right answer was predicted as likelier than a wrong one.

    Ties count half. None if all answers are right, or none is.
    """
    right = float(is_right.sum())
    wrong = len(is_right) - right
    if not right or not wrong:
        return None
    _, place, ties = np.unique(predicted, return_inverse=True, return_counts=True)
    rank = (np.cumsum(ties) - (ties - 1) / 2.0)[place]
    above = float(rank @ is_right) - right * (right + 1.0) / 2.0
    return above / (right * wrong)


def log_loss(predicted: FloatArray, score: FloatArray) -> float:
    """Return the mean negative log likelihood, in nats; predictions inside (0, 1)."""
    return -float(np.mean(score * np.log(predicted) + (1.0 - score) * np.log1p(-predicted)))


def calibration(
    predicted: FloatArray, score: FloatArray
) -> list[tuple[float | None, float | None, int]]:
    """Return mean prediction, mean score and number of answers of ten bins of equal width."""
    of_bin = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    count = np.bincount(of_bin, minlength=BINS)
    sums = [np.bincount(of_bin, values, BINS) for values in (predicted, score)]
    return [
        (float(sums[0][i] / n), float(sums[1][i] / n), n) if n else (None, None, 0)
        for i, n in enumerate(count.tolist())
    ]


def calibration_error(predicted: FloatArray, score: FloatArray) -> float:
    """Return the expected calibration error, over ten bins of equal width."""
    of_bin = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(of_bin, predicted - score, BINS)
    return float(np.abs(gap).sum() / len(score))
