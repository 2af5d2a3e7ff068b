"""Mastery: Bayesian Knowledge Tracing, one answer at a time and many at a time.

Corbett & Anderson 1995, "Knowledge tracing"; the forgetting variant and soft evidence as in
learning-science 1. A learner has mastered a skill or has not; each answer is evidence, and each
is an opportunity to learn. With `forget` 0 this is the classic model.

The equations hold for a `Number`: one learner's float, or an array with one entry a learner.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, Number

MIN_MASTERY = 0.01
MAX_MASTERY = 0.99
MASTERED = 0.95
# Where lists and heat maps change the colour of a mastery.
MASTERY_BANDS = (0.40, 0.60, 0.80, MASTERED)


class Params(NamedTuple):
    """What one skill is like.

    `prior`: probability of mastery before the first answer; `learn` and `forget`: of gaining
    and of losing it after each answer; `guess`: of a right answer without mastery, `slip`: of
    a wrong one with it. All in [0, 1], guess and slip inside, or an answer could be impossible.
    """

    prior: float
    learn: float
    guess: float
    slip: float
    forget: float = 0.0


class ParamRows(NamedTuple):
    """The same as arrays of one shape: a row for each skill, or for each learner of a batch."""

    prior: FloatArray
    learn: FloatArray
    guess: FloatArray
    slip: FloatArray
    forget: FloatArray

    @classmethod
    def of(cls, rows: Iterable[Params]) -> ParamRows:
        """Return these as shape (rows,)."""
        columns = np.array([*rows], dtype=np.float64).reshape(-1, len(cls._fields))
        return cls(*columns.T)

    def take(self, rows: IntArray) -> ParamRows:
        """Return the parameters of these rows, of their shape."""
        return ParamRows(*(column[rows] for column in self))

    def row(self, row: int) -> Params:
        """Return the parameters of one row."""
        return Params(*(float(column[row]) for column in self))


# Of every skill until it is fitted: contract 2.1.
DEFAULTS = Params(prior=0.25, learn=0.10, guess=0.25, slip=0.10)


def p_correct(mastery: Number, guess: Number, slip: Number) -> Number:
    """Return the probability of a right answer: P(correct) = L(1 - S) + (1 - L)G."""
    return mastery * (1.0 - slip) + (1.0 - mastery) * guess


def posterior(mastery: Number, score: Number, guess: Number, slip: Number) -> Number:
    """Return mastery in the light of an answer, before anything is learned from it.

    Bayes' rule for a right answer and for a wrong one, mixed by the score (Jeffrey's rule).
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
    """Return the probability of mastery after one answer, kept in [MIN_MASTERY, MOST].

    Parameters
    ----------
    mastery : probability in [0, 1] before the answer; 0 and 1 are certainties that no answer
        moves, only learning and forgetting (and the bounds) do.
    score : correctness in [0, 1]; between 0 and 1 is soft evidence and mixes the two
        posteriors (Jeffrey's rule), so 0 and 1 give classic BKT.

    Raises
    ------
    ValueError : an argument or a parameter is outside its range (NaN included).
    """
    _prior, learn, guess, slip, forget = params
    _check(mastery, params)
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    after = after_practice(posterior(mastery, score, guess, slip), learn, forget)
    return MIN_MASTERY if after < MIN_MASTERY else min(after, MAX_MASTERY)


def predict(mastery: float, params: Params) -> float:
    """Return the probability in (0, 1) that the next answer is right.

    Parameters
    ----------
    mastery : probability in [0, 1]; 0 gives guess, 1 gives 1 - slip.

    Raises
    ------
    ValueError : an argument or a parameter is outside its range (NaN included).
    """
    _check(mastery, params)
    return p_correct(mastery, params.guess, params.slip)


def updates(mastery: FloatArray, score: FloatArray, params: ParamRows) -> FloatArray:
    """Return `update` of each row.

    Parameters
    ----------
    mastery, score, and each of params : shape (rows,); no rows, no result.

    Raises
    ------
    ValueError : as `update`, of any row.
    """
    _check_rows(mastery, params)
    if not _within(score):
        raise ValueError("scores lie in [0, 1]")
    after = after_practice(
        posterior(mastery, score, params.guess, params.slip), params.learn, params.forget
    )
    return after.clip(MIN_MASTERY, MAX_MASTERY)


def predictions(mastery: FloatArray, params: ParamRows) -> FloatArray:
    """Return `predict` of each row: shapes (rows,).

    Raises
    ------
    ValueError : as `predict`, of any row.
    """
    _check_rows(mastery, params)
    return p_correct(mastery, params.guess, params.slip)


def curve(scores: Sequence[float], params: Params) -> FloatArray:
    """Return a learning curve: mastery before each answer, and after the last.

    Parameters
    ----------
    scores : shape (answers,), each in [0, 1], oldest first; empty: the prior alone.

    Returns
    -------
    Shape (answers + 1,), from the prior on.

    Raises
    ------
    ValueError : as `update`.
    """
    points = [params.prior]
    for score in scores:
        points.append(update(points[-1], score, params))
    return np.array(points)


def _check(mastery: float, params: Params) -> None:
    _prior, learn, guess, slip, forget = params
    if not 0.0 <= mastery <= 1.0:
        raise ValueError("mastery lies in [0, 1]")
    if not (0.0 < guess < 1.0 and 0.0 < slip < 1.0):
        raise ValueError("guess and slip lie inside (0, 1)")
    if not (0.0 <= learn <= 1.0 and 0.0 <= forget <= 1.0):
        raise ValueError("learn and forget lie in [0, 1]")


def _check_rows(mastery: FloatArray, params: ParamRows) -> None:
    if not _within(mastery):
        raise ValueError("mastery lies in [0, 1]")
    if not all(np.all((chance > 0.0) & (chance < 1.0)) for chance in (params.guess, params.slip)):
        raise ValueError("guess and slip lie inside (0, 1)")
    if not (_within(params.learn) and _within(params.forget)):
        raise ValueError("learn and forget lie in [0, 1]")


def _within(probability: FloatArray) -> bool:
    return bool(np.all((probability >= 0.0) & (probability <= 1.0)))
