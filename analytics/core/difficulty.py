"""Ability and difficulty: an additive one-parameter logistic model, followed by a Kalman filter.

logit p = θ_u + θ_us − b_s − d_i: how able the learner is, how able at this skill, how hard the
skill, how hard the item. Each term has a mean and a variance, and an answer moves each by its
share of the surprise (learning-science 2; Glickman 1999 for one term a side, Pelánek 2016 for
Elo ratings of learners and items). A request moves the learner's terms, the job the shared ones:
`analytics.core.item_parameters`.

All terms are in log odds; variances are >= 0, and a term of none is certain: it neither drifts
nor learns. NaN in a term spreads. Where there is no skill, its term and the ability at it are
`ABSENT`, and the item stands alone on the absolute scale.
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
    """Many, as arrays of one shape."""

    mean: FloatArray
    variance: FloatArray

    def take(self, rows: IntArray) -> Gaussians:
        """Return those of these rows, of their shape."""
        return Gaussians(self.mean[rows], self.variance[rows])

    def put(self, rows: IntArray, terms: Gaussians) -> None:
        """Replace those of these rows, none twice, in place."""
        self.mean[rows], self.variance[rows] = terms


# Where each begins, and by how much the learner's spread before each answer: learning-science 2.
LEARNER = Gaussian(0.0, 0.6)
LEARNER_SKILL = Gaussian(0.0, 0.6)
SKILL = Gaussian(-0.6, 1.0)
ITEM = Gaussian(0.0, 0.8)
LEARNER_DRIFT = 0.002
LEARNER_SKILL_DRIFT = 0.02
CLAIMED_VARIANCE = 0.2
KNOWN_SD = 0.35

ABSENT = Gaussian(0.0, 0.0)
# Without a skill an item begins as any item of any skill, so that its first answer is predicted
# the same whether or not anybody said which skill it is of.
LONE_ITEM = Gaussian(SKILL.mean + ITEM.mean, SKILL.variance + ITEM.variance)

_SPREAD = pi / 8


class KalmanStep(NamedTuple):
    """What an answer did: the log odds of its being right, the learner's terms used, and after."""

    log_odds: float
    ability_used: Gaussian
    skill_ability_used: Gaussian
    ability: Gaussian
    skill_ability: Gaussian


class KalmanSteps(NamedTuple):
    """The same of many answers, each of shape (answers,)."""

    log_odds: FloatArray
    ability_used: Gaussians
    skill_ability_used: Gaussians
    ability: Gaussians
    skill_ability: Gaussians


def repeated(term: Gaussian, count: int) -> Gaussians:
    """Return the same term for each of `count`: shape (count,)."""
    return Gaussians(np.full(count, term.mean), np.full(count, term.variance))


def is_known(item: Gaussian) -> bool:
    """Tell whether a difficulty is known well enough to be shown: after about 50 answers."""
    return sqrt(item.variance) < KNOWN_SD


def item_term(known: Gaussian | None, claimed: float | None, skill: Gaussian) -> Gaussian:
    """Return the item's term an answer is judged with.

    Parameters
    ----------
    known : what answers taught of the item; None where there were none, or there is no item.
    claimed : the sender's word on the question, on an absolute scale, in log odds from -3 to 3;
        believed as long as nothing is known. None: nothing was said, it is any item.
    skill : the skill's, from which the item's is counted.
    """
    if known is not None:
        return known
    if claimed is not None:
        return Gaussian(claimed - skill.mean, CLAIMED_VARIANCE)
    return ITEM if skill.variance > 0.0 else LONE_ITEM


def shrink(mean: Number, variance: Number) -> tuple[Number, Number]:
    """Return the log odds cm of P(right) averaged over a normal belief, and c = 1/√(1 + πv/8).

    MacKay 1992; P(right) is off by less than .02. With no variance they are the mean.
    """
    c: Number = (1.0 + _SPREAD * variance) ** -0.5
    return c * mean, c


def learning_rate(score: Number, p: Number, c: Number, variance: Number) -> tuple[Number, Number]:
    """Return how far an answer moves a term of variance 1, and how much of it it takes away.

    h(y − p)/S and h²/S, with h = p(1 − p)c and S = h²v + p(1 − p), written so that p = 0 and 1
    divide nothing by zero. The first is positive for the ability's terms, with p < y.
    """
    doubt = p * (1.0 - p) * c
    gain = c / (1.0 + doubt * c * variance)
    return gain * (score - p), gain * doubt


def kalman_step(
    mean: Number, variance: Number, surprise: Number, certainty: Number
) -> tuple[Number, Number]:
    """Return a term's mean and variance after an answer; see `learning_rate`."""
    return mean + variance * surprise, variance - variance * variance * certainty


def expect(
    ability: Gaussian, skill_ability: Gaussian, skill: Gaussian, item: Gaussian
) -> tuple[float, float, float]:
    """Return the log odds of a right answer, the factor c they are shrunk by, and the variance."""
    mean = ability[0] + skill_ability[0] - skill[0] - item[0]
    variance = ability[1] + skill_ability[1] + skill[1] + item[1]
    log_odds, c = shrink(mean, variance)
    return log_odds, c, variance


def with_drift(ability: Gaussian, skill_ability: Gaussian) -> tuple[Gaussian, Gaussian]:
    """Return the learner's terms as they go into the next answer: people change."""
    mean, variance = skill_ability
    return (
        Gaussian(ability[0], ability[1] + LEARNER_DRIFT),
        Gaussian(mean, variance + LEARNER_SKILL_DRIFT) if variance > 0.0 else skill_ability,
    )


def with_drift_rows(ability: Gaussians, skill_ability: Gaussians) -> tuple[Gaussians, Gaussians]:
    """Return `with_drift` of each: shapes (answers,)."""
    is_there = skill_ability.variance > 0.0
    return (
        Gaussians(ability.mean, ability.variance + LEARNER_DRIFT),
        Gaussians(skill_ability.mean, skill_ability.variance + LEARNER_SKILL_DRIFT * is_there),
    )


def absorb(
    score: float, ability: Gaussian, skill_ability: Gaussian, skill: Gaussian, item: Gaussian
) -> KalmanStep:
    """Move the learner's terms by one answer; `item_parameters.fold` moves the shared terms.

    Parameters
    ----------
    score : y in [0, 1]; in between, the evidence is the score as it is.
    ability, skill_ability : the learner's, as the answer before left them.
    skill, item : as they stand; see `item_term`.

    Raises
    ------
    ValueError : a score outside [0, 1] (NaN included).
    """
    if not 0.0 <= score <= 1.0:
        raise ValueError("scores lie in [0, 1]")
    used, skill_used = with_drift(ability, skill_ability)
    log_odds, c, variance = expect(used, skill_used, skill, item)
    surprise, certainty = learning_rate(score, sigmoid(log_odds), c, variance)
    return KalmanStep(
        log_odds,
        used,
        skill_used,
        Gaussian(*kalman_step(*used, surprise, certainty)),
        Gaussian(*kalman_step(*skill_used, surprise, certainty)),
    )


def absorb_many(
    score: FloatArray,
    ability: Gaussians,
    skill_ability: Gaussians,
    skill: Gaussians,
    item: Gaussians,
) -> KalmanSteps:
    """Return `absorb` of each answer; every array of shape (answers,), no learner twice.

    Raises
    ------
    ValueError : as `absorb`, of any answer.
    """
    if not np.all((score >= 0.0) & (score <= 1.0)):
        raise ValueError("scores lie in [0, 1]")
    used, skill_used = with_drift_rows(ability, skill_ability)
    mean = used.mean + skill_used.mean - skill.mean - item.mean
    variance = used.variance + skill_used.variance + skill.variance + item.variance
    log_odds, c = shrink(mean, variance)
    surprise, certainty = learning_rate(score, sigmoids(log_odds), c, variance)
    return KalmanSteps(
        log_odds,
        used,
        skill_used,
        Gaussians(*kalman_step(*used, surprise, certainty)),
        Gaussians(*kalman_step(*skill_used, surprise, certainty)),
    )
