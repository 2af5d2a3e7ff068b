"""Mastery by Bayesian Knowledge Tracing (BKT), for one answer or for arrays of answers.

Corbett & Anderson 1995, "Knowledge tracing"; the forgetting variant and soft evidence as in
learning-science 1. A skill is a hidden Markov model with two states, mastered and not mastered.
Each answer is evidence about the state and an opportunity to learn. With `forget` = 0 this is
the classic model.

The equations accept a `Number`: a float for one learner, or an array with one entry per learner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, Number

MIN_MASTERY = 0.01
MAX_MASTERY = 0.99
MASTERED = 0.95
# Bounds of mastery at which lists and heat maps change colour.
MASTERY_BANDS = (0.40, 0.60, 0.80, MASTERED)


class Params(NamedTuple):
    """The BKT parameters of one skill, all probabilities in [0, 1].

    `prior` is P(L0), the probability of mastery before the first answer. `learn` is P(T), the
    probability of gaining mastery after an answer; `forget` is P(F), the probability of losing it.
    `guess` is P(G), the probability of a right answer without mastery; `slip` is P(S), the
    probability of a wrong answer with mastery. Guess and slip lie strictly inside (0, 1), so that
    every answer has a probability above 0.
    """

    prior: float
    learn: float
    guess: float
    slip: float
    forget: float = 0.0


class ParamRows(NamedTuple):
    """BKT parameters as arrays of one shape, with one row per skill or per learner."""

    prior: FloatArray
    learn: FloatArray
    guess: FloatArray
    slip: FloatArray
    forget: FloatArray

    @classmethod
    def of(cls, rows: Iterable[Params]) -> ParamRows:
        """Return the given parameters as arrays of shape (rows,)."""
        columns = np.array([*rows], dtype=np.float64).reshape(-1, len(cls._fields))
        return cls(*columns.T)

    def take(self, rows: IntArray) -> ParamRows:
        """Return the parameters of the given rows, in the shape of `rows`."""
        return ParamRows(*(column[rows] for column in self))

    def row(self, row: int) -> Params:
        """Return the parameters of one row."""
        return Params(*(float(column[row]) for column in self))


# Parameters of a skill that has not been fitted: contract 2.1.
DEFAULTS = Params(prior=0.25, learn=0.10, guess=0.25, slip=0.10)


def p_correct(mastery: Number, guess: Number, slip: Number) -> Number:
    """Return the probability of a right answer: P(correct) = L(1 - S) + (1 - L)G."""
    return mastery * (1.0 - slip) + (1.0 - mastery) * guess


def posterior(mastery: Number, score: Number, guess: Number, slip: Number) -> Number:
    """Return the posterior of mastery after an answer, before the learning step.

    Bayes' rule for a right and for a wrong answer; the two posteriors are mixed by the score
    (Jeffrey's rule).
    """
    known = mastery * (1.0 - slip)
    slipped = mastery * slip
    right = known / (known + (1.0 - mastery) * guess)
    wrong = slipped / (slipped + (1.0 - mastery) * (1.0 - guess))
    return score * right + (1.0 - score) * wrong


def after_practice(mastery: Number, learn: Number, forget: Number) -> Number:
    """Return mastery after an opportunity to learn: L' = p(1 - F) + (1 - p)T."""
    return mastery * (1.0 - forget) + (1.0 - mastery) * learn


def update(mastery: float, score: float, params: Params) -> float:
    """Return mastery after one answer, clipped to [MIN_MASTERY, MAX_MASTERY].

    Parameters
    ----------
    mastery : probability in [0, 1] before the answer. At 0 and 1 no answer changes the posterior;
        only learning, forgetting and the clipping do.
    score : correctness in [0, 1]. A score between 0 and 1 is soft evidence and mixes the two
        posteriors (Jeffrey's rule); 0 and 1 give classic BKT.
    params : the parameters of the skill.

    Raises
    ------
    ValueError : an argument or a parameter is outside its range (NaN included).
    """
    _prior, learn, guess, slip, forget = params
    _validate(mastery, params)
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    after = after_practice(posterior(mastery, score, guess, slip), learn, forget)
    return MIN_MASTERY if after < MIN_MASTERY else min(after, MAX_MASTERY)


def predict(mastery: float, params: Params) -> float:
    """Return the probability in (0, 1) that the next answer is right.

    Parameters
    ----------
    mastery : probability in [0, 1]; 0 gives guess, 1 gives 1 - slip.
    params : the parameters of the skill.

    Raises
    ------
    ValueError : an argument or a parameter is outside its range (NaN included).
    """
    _validate(mastery, params)
    return p_correct(mastery, params.guess, params.slip)


def updates(mastery: FloatArray, score: FloatArray, params: ParamRows) -> FloatArray:
    """Return `update` of each row, shape (rows,).

    Parameters
    ----------
    mastery, score, and each field of params : shape (rows,). Empty arrays give an empty result.

    Raises
    ------
    ValueError : as for `update`, if any row is invalid.
    """
    _validate_rows(mastery, params)
    if not _are_probabilities(score):
        raise ValueError("scores lie in [0, 1]")
    after = after_practice(
        posterior(mastery, score, params.guess, params.slip), params.learn, params.forget
    )
    return after.clip(MIN_MASTERY, MAX_MASTERY)


def predictions(mastery: FloatArray, params: ParamRows) -> FloatArray:
    """Return `predict` of each row, shape (rows,).

    Raises
    ------
    ValueError : as for `predict`, if any row is invalid.
    """
    _validate_rows(mastery, params)
    return p_correct(mastery, params.guess, params.slip)


def curve(scores: Sequence[float], params: Params) -> FloatArray:
    """Return the mastery of one learner before each answer and after the last.

    Parameters
    ----------
    scores : shape (answers,), each in [0, 1], oldest first. Empty: the result is the prior alone.
    params : the parameters of the skill.

    Returns
    -------
    Shape (answers + 1,), starting with the prior.

    Raises
    ------
    ValueError : as for `update`.
    """
    points = [params.prior]
    for score in scores:
        points.append(update(points[-1], score, params))
    return np.array(points)


def _validate(mastery: float, params: Params) -> None:
    _prior, learn, guess, slip, forget = params
    if not 0.0 <= mastery <= 1.0:
        raise ValueError("mastery must be in [0, 1]")
    if not (0.0 < guess < 1.0 and 0.0 < slip < 1.0):
        raise ValueError("guess and slip lie inside (0, 1)")
    if not (0.0 <= learn <= 1.0 and 0.0 <= forget <= 1.0):
        raise ValueError("learn and forget lie in [0, 1]")


def _validate_rows(mastery: FloatArray, params: ParamRows) -> None:
    if not _are_probabilities(mastery):
        raise ValueError("mastery must be in [0, 1]")
    if not all(
        np.all((probability > 0.0) & (probability < 1.0))
        for probability in (params.guess, params.slip)
    ):
        raise ValueError("guess and slip lie inside (0, 1)")
    if not (_are_probabilities(params.learn) and _are_probabilities(params.forget)):
        raise ValueError("learn and forget lie in [0, 1]")


def _are_probabilities(probability: FloatArray) -> bool:
    return bool(np.all((probability >= 0.0) & (probability <= 1.0)))
