"""Measures of predictions: discrimination (AUC), log loss and calibration."""

from __future__ import annotations

from analytics.core import scoring
from analytics.core.logistic import FloatArray
from analytics.core.scoring import calibration_error, log_loss

__all__ = ["auc", "calibration_error", "log_loss"]


def auc(predicted: FloatArray, score: FloatArray) -> float:
    """Return the AUC of scores of 0 and 1, of which there must be both."""
    value = scoring.auc(predicted, score == 1.0)
    assert value is not None  # noqa: S101  # there are both
    return value
