"""Measures of predictions: discrimination (AUC), log loss and calibration."""

from __future__ import annotations

import numpy as np

from analytics.core import model_quality
from analytics.core.logistic import FloatArray
from analytics.core.model_quality import BINS, log_loss

__all__ = ["auc", "calibration_error", "log_loss"]


def auc(predicted: FloatArray, score: FloatArray) -> float:
    """Return the AUC of scores of 0 and 1, of which there must be both."""
    value = model_quality.auc(predicted, score == 1.0)
    assert value is not None  # noqa: S101  # there are both
    return value


def calibration_error(predicted: FloatArray, score: FloatArray) -> float:
    """Return the expected calibration error, over ten bins of equal width."""
    of_bin = np.minimum((predicted * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(of_bin, predicted - score, BINS)
    return float(np.abs(gap).sum() / len(score))
