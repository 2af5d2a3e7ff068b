"""Ability and difficulty: an additive one-parameter logistic model, followed by a Kalman filter.

logit p = θ_u + θ_us − b_s − d_i: how able the learner is, how able at this skill, how hard the
skill, how hard the item; each term has a mean and a variance (after Glickman 1999; learning-
science 2). A request moves the learner's terms; those that learners share move in `fold`.

All terms in log odds. Scores in [0, 1]: y below is the score as it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, MutableMapping
from math import pi, sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, Number, sigmoid, sigmoids


class Term(NamedTuple):
    """One term: its mean, and its variance >= 0."""

    mean: float
    variance: float


class Terms(NamedTuple):
    """Many, as arrays of one shape."""

    mean: FloatArray
    variance: FloatArray

    def take(self, rows: IntArray) -> Terms:
        """Return those of these rows, of their shape."""
        return Terms(self.mean[rows], self.variance[rows])

    def put(self, rows: IntArray, terms: Terms) -> None:
        """Replace those of these rows, in place."""
        self.mean[rows], self.variance[rows] = terms


# Where each begins, and how much the learner's terms drift with each answer (learning-science 2).
LEARNER = Term(0.0, 0.6)
LEARNER_SKILL = Term(0.0, 0.6)
SKILL = Term(-0.6, 1.0)
ITEM = Term(0.0, 0.8)
LEARNER_DRIFT = 0.002
LEARNER_SKILL_DRIFT = 0.02
CLAIMED_VARIANCE = 0.2
KNOWN_SD = 0.35
_SPREAD = pi / 8


class Moved(NamedTuple):
    """What an answer did: the log odds of its being right, the learner's terms used, and after."""

    log_odds: float
    ability_used: Term
    skill_ability_used: Term
    ability: Term
    skill_ability: Term


class MovedRows(NamedTuple):
    """The same of many answers, each of shape (answers,)."""

    log_odds: FloatArray
    ability_used: Terms
    skill_ability_used: Terms
    ability: Terms
    skill_ability: Terms


def repeated(term: Term, count: int) -> Terms:
    """Return the same term for each of `count`."""
    return Terms(np.full(count, term.mean), np.full(count, term.variance))


def is_known(item: Term) -> bool:
    """Tell whether an item's difficulty is known well enough to be shown: about 50 answers."""
    return sqrt(item.variance) < KNOWN_SD


def item_term(known: Term | None, claimed: float | None, skill: Term) -> Term:
    """Return the item's term an answer is judged with.

    Parameters
    ----------
    known : what answers taught of the item; None where there were none, or there is no item.
    claimed : the sender's word on the question, on an absolute scale, in log odds from -3 to 3;
        believed as long as nothing is known. None: nothing was said, it is any item.
    """
    if known is not None:
        return known
    return ITEM if claimed is None else Term(claimed - skill.mean, CLAIMED_VARIANCE)


def _gain(p: Number, shrink: Number, variance: Number) -> Number:
    """Return h/S: how far an answer's surprise moves a term, per unit of the term's variance.

    h = p(1 − p)c and S = h²v + p(1 − p), written so that p = 0 and 1 divide nothing by zero.
    """
    return shrink / (1.0 + p * (1.0 - p) * shrink * shrink * variance)


def expect(
    ability: Term, skill_ability: Term, skill: Term, item: Term
) -> tuple[float, float, float]:
    """Return the log odds of a right answer, the factor c they are shrunk by, and the variance.

    c = 1/√(1 + πv/8) makes them those of P(correct) averaged over what is uncertain; with no
    variance at all they are the sum of the means.
    """
    mean = ability.mean + skill_ability.mean - skill.mean - item.mean
    variance = ability.variance + skill_ability.variance + skill.variance + item.variance
    shrink = 1.0 / sqrt(1.0 + _SPREAD * variance)
    return shrink * mean, shrink, variance


def drifted(ability: Term, skill_ability: Term) -> tuple[Term, Term]:
    """Return the learner's terms as they go into the next answer: people change."""
    return (
        Term(ability.mean, ability.variance + LEARNER_DRIFT),
        Term(skill_ability.mean, skill_ability.variance + LEARNER_SKILL_DRIFT),
    )


def absorb(score: float, ability: Term, skill_ability: Term, skill: Term, item: Term) -> Moved:
    """Move the learner's terms by one answer; the shared terms are for `fold` to move.

    Parameters
    ----------
    score : in [0, 1].
    ability, skill_ability : the learner's, as the answer before left them.
    skill, item : as they stand.

    Raises
    ------
    ValueError : a score outside [0, 1] (NaN included).
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    ability, skill_ability = drifted(ability, skill_ability)
    log_odds, shrink, variance = expect(ability, skill_ability, skill, item)
    p = sigmoid(log_odds)
    gain = _gain(p, shrink, variance)
    surprise = gain * (score - p)
    certainty = gain * shrink * p * (1.0 - p)
    return Moved(
        log_odds,
        ability,
        skill_ability,
        _learned(ability, surprise, certainty),
        _learned(skill_ability, surprise, certainty),
    )


def _learned(term: Term, surprise: float, certainty: float) -> Term:
    mean, variance = term
    return Term(mean + variance * surprise, variance - variance * variance * certainty)


def absorb_many(
    score: FloatArray, ability: Terms, skill_ability: Terms, skill: Terms, item: Terms
) -> MovedRows:
    """Return `absorb` of each answer; every array of shape (answers,), no learner twice."""
    used = Terms(ability.mean, ability.variance + LEARNER_DRIFT)
    skill_used = Terms(skill_ability.mean, skill_ability.variance + LEARNER_SKILL_DRIFT)
    mean = used.mean + skill_used.mean - skill.mean - item.mean
    variance = used.variance + skill_used.variance + skill.variance + item.variance
    shrink: FloatArray = 1.0 / np.sqrt(1.0 + _SPREAD * variance)
    log_odds = shrink * mean
    p = sigmoids(log_odds)
    gain = _gain(p, shrink, variance)
    surprise = gain * (score - p)
    certainty = gain * shrink * p * (1.0 - p)
    return MovedRows(
        log_odds,
        used,
        skill_used,
        _learned_rows(used, surprise, certainty),
        _learned_rows(skill_used, surprise, certainty),
    )


def _learned_rows(terms: Terms, surprise: FloatArray, certainty: FloatArray) -> Terms:
    mean, variance = terms
    return Terms(mean + variance * surprise, variance - variance * variance * certainty)


class Response(NamedTuple):
    """One answer as evidence of how hard its skill and item are.

    `ability` and `skill_ability` are the learner's terms used when it was judged; `skill` and
    `item` name what is learned about, None: nothing; `claimed` as in `item_term`.
    """

    score: float
    ability: Term
    skill_ability: Term
    skill: Hashable | None
    item: Hashable | None
    claimed: float | None = None


def fold(
    responses: Iterable[Response],
    skills: MutableMapping[Hashable, Term],
    items: MutableMapping[Hashable, Term],
) -> None:
    """Move skills' and items' terms by answers, in place, one after another.

    Parameters
    ----------
    responses : in the order in which they happened.
    skills, items : terms by name; who is not there begins at `SKILL`, `ITEM` or the sender's
        claim, and is there afterwards.
    """
    for score, ability, skill_ability, skill_name, item_name, claimed in responses:
        skill = SKILL if skill_name is None else skills.get(skill_name, SKILL)
        item = item_term(None if item_name is None else items.get(item_name), claimed, skill)
        log_odds, shrink, variance = expect(ability, skill_ability, skill, item)
        p = sigmoid(log_odds)
        gain = _gain(p, shrink, variance)
        surprise = gain * (p - score)
        certainty = gain * shrink * p * (1.0 - p)
        if skill_name is not None:
            skills[skill_name] = _learned(skill, surprise, certainty)
        if item_name is not None:
            items[item_name] = _learned(item, surprise, certainty)
