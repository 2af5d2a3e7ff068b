"""Ability and difficulty: an additive 1PL (Rasch) model, tracked by a Kalman filter.

logit p = θ_u + θ_us − b_s − d_i: ability of the learner, ability at the skill, difficulty of the
skill, difficulty of the item. Each term is a Gaussian with a mean and a variance. An answer moves
each term in proportion to its variance (learning-science 2; Glickman 1999 for one term per side,
Pelánek 2016 for Elo ratings of learners and items). The learner's terms are updated in the
request; the shared terms of skills and items are updated by a job (`item_parameters`).

All means are in log odds, all variances (>= 0) in squared log odds. A term of variance 0 is
known exactly: it neither drifts nor moves. NaN in a term propagates. For an answer without a
skill, the skill's difficulty and the ability at the skill are `ABSENT`, and the item's difficulty
is on the absolute scale.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray, Number, sigmoid, sigmoids


class Gaussian(NamedTuple):
    """One term: its mean, and its variance >= 0."""

    mean: float
    variance: float


class Gaussians(NamedTuple):
    """Many terms, as arrays of one shape."""

    mean: FloatArray
    variance: FloatArray

    def take(self, rows: IntArray) -> Gaussians:
        """Return the terms of the given rows, in the shape of `rows`."""
        return Gaussians(self.mean[rows], self.variance[rows])

    def put(self, rows: IntArray, terms: Gaussians) -> None:
        """Replace the terms of the given rows in place; no row may occur twice."""
        self.mean[rows], self.variance[rows] = terms


# Initial terms, and the growth of the learner's variances before each answer: learning-science 2.
LEARNER = Gaussian(0.0, 0.6)
LEARNER_SKILL = Gaussian(0.0, 0.6)
SKILL = Gaussian(-0.6, 1.0)
ITEM = Gaussian(0.0, 0.8)
LEARNER_DRIFT = 0.002
LEARNER_SKILL_DRIFT = 0.02
CLAIMED_VARIANCE = 0.2
# Until the difficulty of its skill is known, a claim is only compared with other claims.
RELATIVE_CLAIM_VARIANCE = 0.5
KNOWN_SKILL_VARIANCE = 0.25
KNOWN_SD = 0.35

ABSENT = Gaussian(0.0, 0.0)
# Initial term of an item without a skill: the sum of the initial terms of a skill and an item, so
# that the prediction of its first answer does not depend on whether the client named the skill.
LONE_ITEM = Gaussian(SKILL.mean + ITEM.mean, SKILL.variance + ITEM.variance)

_SPREAD = pi / 8


class Claims(NamedTuple):
    """The claims of `question_difficulty` at a skill: their number and their sum."""

    number: float = 0.0
    total: float = 0.0


NO_CLAIMS = Claims()


class KalmanStep(NamedTuple):
    """Result of one answer.

    `log_odds` of a right answer before it; the learner's terms used for it (after the drift); and
    the learner's terms after it.
    """

    log_odds: float
    ability_used: Gaussian
    skill_ability_used: Gaussian
    ability: Gaussian
    skill_ability: Gaussian


class KalmanSteps(NamedTuple):
    """Results of many answers, each field of shape (answers,)."""

    log_odds: FloatArray
    ability_used: Gaussians
    skill_ability_used: Gaussians
    ability: Gaussians
    skill_ability: Gaussians


def repeated(term: Gaussian, count: int) -> Gaussians:
    """Return `count` copies of a term, shape (count,)."""
    return Gaussians(np.full(count, term.mean), np.full(count, term.variance))


def is_known(item: Gaussian) -> bool:
    """Return whether an item's difficulty is certain enough to be shown.

    The standard deviation must be below .35, which takes about 50 answers.
    """
    return sqrt(item.variance) < KNOWN_SD


def item_term(
    known: Gaussian | None, claimed: float | None, skill: Gaussian, claims: Claims = NO_CLAIMS
) -> Gaussian:
    """Return the difficulty term of the item that an answer is evaluated with.

    Parameters
    ----------
    known : the estimate from earlier answers to the item; None without answers or without item.
    claimed : `question_difficulty` sent by the client, on the absolute scale, in log odds from -3
        to 3. Used only if there is no estimate; None if the client sent none.
    skill : the difficulty of the skill; the item's difficulty is relative to its mean. While its
        variance is above .25 the mean is hardly more than the initial one, with which a claimed 0
        would be .6 too hard; the claim is then relative to the mean claim, this one included.
    claims : the earlier claims at the skill.
    """
    if known is not None:
        return known
    if claimed is not None:
        if skill.variance <= KNOWN_SKILL_VARIANCE:
            return Gaussian(claimed - skill.mean, CLAIMED_VARIANCE)
        mean = (claims.total + claimed) / (claims.number + 1.0)
        return Gaussian(claimed - mean, RELATIVE_CLAIM_VARIANCE)
    return ITEM if skill.variance > 0.0 else LONE_ITEM


def shrink(mean: Number, variance: Number) -> tuple[Number, Number]:
    """Return the log odds c·m of P(correct), averaged over N(m, v), and the factor c.

    c = 1/√(1 + πv/8), after MacKay 1992; the error of P(correct) is below .02. With v = 0 the log
    odds are the mean.
    """
    c: Number = (1.0 + _SPREAD * variance) ** -0.5
    return c * mean, c


def innovation_and_information(score: Number, p: Number, c: Number) -> tuple[Number, Number]:
    """Return the scaled innovation h(y − p)/S and the information h²/S of one answer.

    With h = p(1 − p)c and S = p(1 − p), the variance of the score: p is averaged over the terms
    already, so S has no part of their variance. (A part h²v would make steps a third smaller than
    those of Bayes' rule.) An answer moves the mean of a term by its variance times the
    innovation and reduces the variance by its square times the information; see `kalman_step`. The
    innovation is positive for y > p, which is the sign for the ability terms; the difficulty terms
    take its negative.

    Parameters
    ----------
    score : y in [0, 1].
    p : P(correct) before the answer.
    c : the factor from `shrink`.
    """
    return c * (score - p), p * (1.0 - p) * c * c


def kalman_step(
    mean: Number, variance: Number, innovation: Number, information: Number
) -> tuple[Number, Number]:
    """Return the mean and variance of one term after an answer.

    Parameters
    ----------
    mean, variance : of the term before the answer.
    innovation, information : from `innovation_and_information`.
    """
    return mean + variance * innovation, variance - variance * variance * information


def expect(
    ability: Gaussian, skill_ability: Gaussian, skill: Gaussian, item: Gaussian
) -> tuple[float, float]:
    """Return the log odds of a right answer and the factor c; see `shrink`."""
    mean = ability[0] + skill_ability[0] - skill[0] - item[0]
    return shrink(mean, ability[1] + skill_ability[1] + skill[1] + item[1])


def with_drift(ability: Gaussian, skill_ability: Gaussian) -> tuple[Gaussian, Gaussian]:
    """Return the learner's terms at the next answer: their variances grow, since ability changes.

    A term of variance 0 (`ABSENT`) stays as it is.
    """
    mean, variance = skill_ability
    return (
        Gaussian(ability[0], ability[1] + LEARNER_DRIFT),
        Gaussian(mean, variance + LEARNER_SKILL_DRIFT) if variance > 0.0 else skill_ability,
    )


def with_drift_rows(ability: Gaussians, skill_ability: Gaussians) -> tuple[Gaussians, Gaussians]:
    """Return `with_drift` of each row; all shapes are (answers,)."""
    is_present = skill_ability.variance > 0.0
    return (
        Gaussians(ability.mean, ability.variance + LEARNER_DRIFT),
        Gaussians(skill_ability.mean, skill_ability.variance + LEARNER_SKILL_DRIFT * is_present),
    )


def absorb(
    score: float, ability: Gaussian, skill_ability: Gaussian, skill: Gaussian, item: Gaussian
) -> KalmanStep:
    """Update the learner's terms by one answer; `item_parameters.fold` updates the shared terms.

    Parameters
    ----------
    score : y in [0, 1]; a score between 0 and 1 enters the innovation as it is.
    ability, skill_ability : the learner's terms after the previous answer.
    skill, item : the current shared terms; see `item_term`.

    Raises
    ------
    ValueError : the score is outside [0, 1] (NaN included).
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    used, skill_used = with_drift(ability, skill_ability)
    log_odds, c = expect(used, skill_used, skill, item)
    innovation, information = innovation_and_information(score, sigmoid(log_odds), c)
    return KalmanStep(
        log_odds,
        used,
        skill_used,
        Gaussian(*kalman_step(*used, innovation, information)),
        Gaussian(*kalman_step(*skill_used, innovation, information)),
    )


def absorb_many(
    score: FloatArray,
    ability: Gaussians,
    skill_ability: Gaussians,
    skill: Gaussians,
    item: Gaussians,
) -> KalmanSteps:
    """Return `absorb` of each answer; all shapes are (answers,), at most one answer per learner.

    Raises
    ------
    ValueError : as for `absorb`, if any answer is invalid.
    """
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    used, skill_used = with_drift_rows(ability, skill_ability)
    mean = used.mean + skill_used.mean - skill.mean - item.mean
    variance = used.variance + skill_used.variance + skill.variance + item.variance
    log_odds, c = shrink(mean, variance)
    innovation, information = innovation_and_information(score, sigmoids(log_odds), c)
    return KalmanSteps(
        log_odds,
        used,
        skill_used,
        Gaussians(*kalman_step(*used, innovation, information)),
        Gaussians(*kalman_step(*skill_used, innovation, information)),
    )
