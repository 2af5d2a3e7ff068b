"""The served recall probability: FSRS-6, corrected for each learner by their own reviews.

It is a Bayesian logistic regression with eight weights per learner, on FSRS-6's R and on what else
is known of the item's reviews. The weights are normally distributed; each review updates their mean
and covariance by one step of the extended Kalman filter, and predictions average over them by the
approximation of MacKay (1992). Only reviews at least a day after the item's previous one count:
within a day hardly anything is forgotten. Inputs, priors and figures: learning-science 5.

Arrays of models and of inputs may have leading dimensions, one entry per review or item.
"""

from __future__ import annotations

from math import pi
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, logit, sigmoid, sigmoids

INPUTS = 8
LOG_ODDS_OF_R = 1  # the position of this input
MAX_LOG_ODDS = 5.0  # of R
MIN_R, MAX_R = sigmoid(-MAX_LOG_ODDS), sigmoid(MAX_LOG_ODDS)
PRIOR_VARIANCE = 0.1
DRIFT = 1e-5  # added to each variance per review: learners change
# A failure expected with a recall below this teaches nothing: otherwise a long series of failures
# makes a model so certain that the successes after it hardly count.
EXPECTED_FAILURE = 0.05
MIN_R_WEIGHT = 0.05  # above 0: recall never rises with the time since the last review
TYPICAL_LOG_SECONDS = 2.0
DESIRED_RECALL = 0.9
_DESIRED_LOG_ODDS = logit(DESIRED_RECALL)
_UPPER_TRIANGLE = np.triu_indices(INPUTS)
_RECORD_BYTES = 8 * (INPUTS + len(_UPPER_TRIANGLE[0]))


class UnreadableRecord(ValueError):
    """The bytes are not a stored model."""


class RecallModel(NamedTuple):
    """The weights of a learner: their mean, shape (..., 8), and covariance, shape (..., 8, 8)."""

    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def initial(cls, *shape: int) -> RecallModel:
        """Return models before the first review, with these leading dimensions: they serve R."""
        mean = np.zeros((*shape, INPUTS))
        mean[..., LOG_ODDS_OF_R] = 1.0
        covariance = np.broadcast_to(PRIOR_VARIANCE * np.eye(INPUTS), (*shape, INPUTS, INPUTS))
        return cls(mean, covariance.copy())

    def take(self, rows: IntArray | int) -> RecallModel:
        """Return the models of the given rows."""
        return RecallModel(self.mean[rows], self.covariance[rows])

    def put(self, rows: IntArray, models: RecallModel) -> None:
        """Replace the models of the given rows in place; no row may occur twice."""
        self.mean[rows], self.covariance[rows] = models

    def to_bytes(self) -> bytes:
        """Return one model as 44 little-endian float64s: the mean, then the upper triangle."""
        numbers = np.concatenate([self.mean, self.covariance[_UPPER_TRIANGLE]])
        return numbers.astype("<f8").tobytes()

    @classmethod
    def from_bytes(cls, record: bytes) -> RecallModel:
        """Return the model that `to_bytes` stored.

        Raises
        ------
        UnreadableRecord : another length, or a value that is not finite.
        """
        if len(record) != _RECORD_BYTES:
            raise UnreadableRecord(f"a model has {_RECORD_BYTES} bytes, not {len(record)}")
        numbers = np.frombuffer(record, "<f8").astype(np.float64)
        if not np.isfinite(numbers).all():
            raise UnreadableRecord("a model must contain only finite numbers")
        covariance = np.empty((INPUTS, INPUTS))
        covariance[_UPPER_TRIANGLE] = numbers[INPUTS:]
        covariance.T[_UPPER_TRIANGLE] = numbers[INPUTS:]
        return cls(numbers[:INPUTS], covariance)


INITIAL = RecallModel.initial()


class Practice(NamedTuple):
    """The earlier reviews of an item, or of many as arrays of one shape.

    `lapses` is the number of reviews minus the sum of their scores. `last_score` in [0, 1] and
    `last_seconds` (NaN: unknown) are those of the latest review.
    """

    reviews: FloatArray | float
    lapses: FloatArray | float
    last_score: FloatArray | float
    last_seconds: FloatArray | float

    @classmethod
    def blank(cls, count: int) -> Practice:
        """Return the practice of `count` items without a review."""
        return cls(np.zeros(count), np.zeros(count), np.ones(count), np.full(count, np.nan))

    def take(self, rows: IntArray) -> Practice:
        """Return the practice of the given rows."""
        return Practice(*(np.asarray(column)[rows] for column in self))

    def put(self, rows: IntArray, practice: Practice) -> None:
        """Replace the practice of the given rows in place; no row may occur twice."""
        for column, values in zip(self, practice, strict=True):
            np.asarray(column)[rows] = values

    def after(self, score: FloatArray | float, seconds: FloatArray | float) -> Practice:
        """Return the practice after one more review of each item."""
        return Practice(self.reviews + 1.0, self.lapses + 1.0 - score, score, seconds)


UNPRACTISED = Practice(0.0, 0.0, 1.0, float("nan"))


def inputs(
    r: FloatArray | float,
    stability: FloatArray | float,
    difficulty: FloatArray | float,
    practice: Practice,
) -> FloatArray:
    """Return the inputs of the regression for items that were reviewed before: (..., 8).

    Parameters
    ----------
    r : FSRS-6's recall probability in [0, 1]; its log odds are clipped to [-5, 5].
    stability, difficulty : of the memory; days > 0, and 1 to 10.
    practice : the reviews so far.
    """
    clipped = np.clip(r, MIN_R, MAX_R)
    seconds = np.log1p(practice.last_seconds) - TYPICAL_LOG_SECONDS
    columns = (
        1.0,
        np.log(clipped / (1.0 - clipped)),
        np.log(stability),
        np.asarray(difficulty) / 10.0,
        np.log1p(practice.reviews),
        np.log1p(practice.lapses),
        1.0 - np.asarray(practice.last_score),
        np.where(np.isnan(seconds), 0.0, seconds),
    )
    x = np.empty((*np.shape(clipped), INPUTS))
    for position, column in enumerate(columns):
        x[..., position] = column
    return x


def predict(model: RecallModel, x: FloatArray) -> FloatArray:
    """Return the served recall probability, shape (...), in (0, 1).

    The variance is that at the desired recall, so that it does not change between reviews.

    Parameters
    ----------
    model : of one learner, or one per entry.
    x : the inputs, shape (..., 8).
    """
    return sigmoids(_shrinkage(model, x) * _dot(model.mean, x))


def log_odds_when_due(model: RecallModel, x: FloatArray) -> FloatArray:
    """Return the log odds of R at which the served probability is .9, clipped to [-5, 5]: (...).

    Parameters are those of `predict`; the input R is not used.
    """
    weight = model.mean[..., LOG_ODDS_OF_R]
    others = _dot(model.mean, x) - weight * x[..., LOG_ODDS_OF_R]
    log_odds = (_DESIRED_LOG_ODDS / _shrinkage(model, x) - others) / weight
    return np.clip(log_odds, -MAX_LOG_ODDS, MAX_LOG_ODDS)


def update(model: RecallModel, x: FloatArray, score: FloatArray | float) -> RecallModel:
    """Return the models after one more review each.

    Parameters
    ----------
    model : of each learner, before the review.
    x : the inputs at the review, shape (..., 8).
    score : the outcomes, shape (...), in [0, 1].

    Raises
    ------
    ValueError : an input is NaN, or a score is outside [0, 1] (NaN included).
    """
    if not np.all((np.asarray(score) >= 0.0) & (np.asarray(score) <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    if np.isnan(x).any():
        raise ValueError("inputs must not be NaN")
    p = sigmoids(_dot(model.mean, x))
    weight = np.where((np.asarray(score) == 0.0) & (p < EXPECTED_FAILURE), 0.0, 1.0)
    h = weight * p * (1.0 - p)
    direction = _times(model.covariance, x)
    scale = 1.0 / (1.0 + h * _dot(x, direction))
    mean = model.mean + direction * (scale * weight * (score - p))[..., np.newaxis]
    mean[..., LOG_ODDS_OF_R] = np.maximum(mean[..., LOG_ODDS_OF_R], MIN_R_WEIGHT)
    # Exactly symmetric, like what `to_bytes` stores.
    square = direction[..., :, np.newaxis] * direction[..., np.newaxis, :]
    shrunk = (h * scale)[..., np.newaxis, np.newaxis] * square
    return RecallModel(mean, model.covariance - shrunk + DRIFT * np.eye(INPUTS))


def _shrinkage(model: RecallModel, x: FloatArray) -> FloatArray:
    """Return the factor of the log odds that averages over the weights: 1 / √(1 + πv/8)."""
    at_desired = x.copy()
    at_desired[..., LOG_ODDS_OF_R] = _DESIRED_LOG_ODDS
    variance = _dot(at_desired, _times(model.covariance, at_desired))
    factor: FloatArray = 1.0 / np.sqrt(1.0 + pi * variance / 8.0)
    return factor


def _times(covariance: FloatArray, x: FloatArray) -> FloatArray:
    """Return the product of the covariance, of one learner or one per entry, and each input."""
    if covariance.ndim == 2:  # one learner
        return x @ covariance
    product: FloatArray = np.einsum("...ij,...j->...i", covariance, x)
    return product


def _dot(one: FloatArray, other: FloatArray) -> FloatArray:
    product: FloatArray = np.einsum("...i,...i->...", one, other)
    return product
