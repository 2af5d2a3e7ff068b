"""Shared terms of skills and items, estimated from the answers of all learners.

These are the difficulty terms of `difficulty`. Answers are processed strictly in order, since each
one changes the terms that the next is evaluated with; plain Python does this faster than numpy,
one answer at a time. `fold` moves only the shared terms, by answers whose learner terms are known:
the job `fold_items`. `replay_terms` moves all terms, as a server that folds each answer at once
would: an offline fit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from math import isnan
from typing import NamedTuple

import numpy as np

from analytics.core.difficulty import (
    ABSENT,
    ITEM,
    LEARNER,
    LEARNER_DRIFT,
    LEARNER_SKILL,
    LEARNER_SKILL_DRIFT,
    SKILL,
    Claims,
    Gaussian,
    Gaussians,
    innovation_and_information,
    item_term,
    kalman_step,
    repeated,
    shrink,
)
from analytics.core.logistic import FloatArray, IntArray, sigmoid

NONE = -1

# Mean and variance of a term; a `Gaussian` takes twice as long to create.
_Pair = tuple[float, float]
_Question = tuple[int, int, float, float | None]


class Estimates(NamedTuple):
    """Terms of skills or items, and the number of answers behind each; shapes (rows,).

    The term of an item without answers is ignored; `item_term` gives the term to use instead.
    `claims`, of skills only, are the claims of difficulty so far; None: none.
    """

    terms: Gaussians
    answers: IntArray
    claims: list[Claims] | None = None

    @classmethod
    def of_skills(cls, count: int) -> Estimates:
        """Return the initial estimates of `count` skills."""
        return cls(repeated(SKILL, count), np.zeros(count, dtype=np.int64))

    @classmethod
    def of_items(cls, count: int) -> Estimates:
        """Return the initial estimates of `count` items."""
        return cls(repeated(ITEM, count), np.zeros(count, dtype=np.int64))


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Questions and the scores of their answers, in order; shapes (answers,).

    Attributes
    ----------
    skill, item : rows of the estimates; -1 for none.
    score : in [0, 1].
    claimed : difficulties sent by the client, as in `item_term`; NaN where none was sent. None if
        none was ever sent.

    Raises
    ------
    ValueError : columns of different lengths, a row below -1, a score outside [0, 1] (NaN
        included), or an infinite claim.
    """

    skill: IntArray
    item: IntArray
    score: FloatArray
    claimed: FloatArray | None = None

    def __post_init__(self) -> None:
        """Validate shapes and ranges."""
        columns = [self.skill, self.item, self.score]
        if self.claimed is not None:
            columns.append(self.claimed)
        if any(column.shape != (len(self.score),) for column in columns):
            raise ValueError("the columns of questions must have the same length")
        if min(self.skill.min(initial=0), self.item.min(initial=0)) < NONE:
            raise ValueError("row numbers must not be negative, except -1 for none")
        if not np.all((self.score >= 0.0) & (self.score <= 1.0)):
            raise ValueError("scores lie in [0, 1]")
        if self.claimed is not None and np.isinf(self.claimed).any():
            raise ValueError("claimed difficulties must be finite")

    def rows(self) -> Iterator[_Question]:
        """Yield (skill row, item row, score, claim or None) of each question."""
        claims = (
            repeat(None) if self.claimed is None else map(_claim_or_none, self.claimed.tolist())
        )
        return zip(self.skill.tolist(), self.item.tolist(), self.score.tolist(), claims)  # noqa: B905  # endless


def _claim_or_none(claim: float) -> float | None:
    return None if isnan(claim) else claim


class AbilitiesUsed(NamedTuple):
    """The learner terms that answers were evaluated with, after the drift; shapes (answers,).

    `skill_ability` is `ABSENT` for answers without a skill.
    """

    ability: Gaussians
    skill_ability: Gaussians


class FoldedTerms(NamedTuple):
    """The estimates of skills and items after the answers."""

    skills: Estimates
    items: Estimates


class ReplayedTerms(NamedTuple):
    """The estimates after the answers, and the terms that each answer was evaluated with.

    `used`, `skill`, `item` and `log_odds` have shape (answers,).
    """

    skills: Estimates
    items: Estimates
    used: AbilitiesUsed
    skill: Gaussians
    item: Gaussians
    log_odds: FloatArray


def fold(
    questions: Questions, used: AbilitiesUsed, skills: Estimates, items: Estimates
) -> FoldedTerms:
    """Update the terms of skills and items by answers, one after another.

    The arguments are not changed. Folding answers in one call or in several gives identical floats;
    without answers the estimates stay as they are.

    Parameters
    ----------
    questions : the questions and scores, in order.
    used : the learner terms that each answer was evaluated with.
    skills, items : the estimates after the previous answers.

    Raises
    ------
    ValueError : the number of learner terms is not that of the answers, or a row does not exist.
    """
    shared = _SharedTerms(questions, skills, items)
    mean = used.ability.mean + used.skill_ability.mean
    variance = used.ability.variance + used.skill_ability.variance
    if not mean.shape == variance.shape == questions.score.shape:
        raise ValueError("there must be one pair of learner terms per answer")
    for question, ability, ability_variance in zip(
        questions.rows(), mean.tolist(), variance.tolist(), strict=True
    ):
        shared.update(question, ability, ability_variance)
    return shared.to_estimates(questions, skills, items)


def replay_terms(
    learner: IntArray, questions: Questions, skills: Estimates, items: Estimates
) -> ReplayedTerms:
    """Update all terms by answers, one after another, each learner from the initial terms.

    The result equals `difficulty.absorb` of each answer, followed by a `fold` of it before the
    next.

    Parameters
    ----------
    learner : learner of each answer, numbered from 0; shape (answers,).
    questions : the questions and scores, in order.
    skills, items : the estimates after the previous answers; they are not changed.

    Raises
    ------
    ValueError : columns of different lengths, a learner below 0, or a row that does not exist.
    """
    if learner.shape != questions.score.shape or learner.min(initial=0) < 0:
        raise ValueError("there must be one learner per answer, numbered from 0")
    shared = _SharedTerms(questions, skills, items)
    pair = _number_pairs(learner, questions.skill)
    abilities: list[_Pair] = [LEARNER] * (int(learner.max(initial=NONE)) + 1)
    skill_abilities: list[_Pair] = [LEARNER_SKILL] * (int(pair.max(initial=NONE)) + 1)
    skill_abilities.append(ABSENT)  # row -1
    records = array("d")
    for question, learner_row, pair_row in zip(
        questions.rows(), learner.tolist(), pair.tolist(), strict=True
    ):
        mean, variance = abilities[learner_row]
        skill_mean, skill_variance = skill_abilities[pair_row]
        variance += LEARNER_DRIFT
        if pair_row != NONE:
            skill_variance += LEARNER_SKILL_DRIFT
        update = shared.update(question, mean + skill_mean, variance + skill_variance)
        skill, item, log_odds, innovation, information = update
        records.extend((mean, variance, skill_mean, skill_variance, *skill, *item, log_odds))
        abilities[learner_row] = kalman_step(mean, variance, innovation, information)
        skill_abilities[pair_row] = kalman_step(skill_mean, skill_variance, innovation, information)
    *terms, expected = np.array(records).reshape(len(learner), 9).T.copy()
    ability, skill_ability, skill_terms, item_terms = map(Gaussians, terms[0::2], terms[1::2])
    return ReplayedTerms(
        *shared.to_estimates(questions, skills, items),
        used=AbilitiesUsed(ability, skill_ability),
        skill=skill_terms,
        item=item_terms,
        log_odds=expected,
    )


def _number_pairs(learner: IntArray, skill: IntArray) -> IntArray:
    """Number the distinct (learner, skill) pairs from 0; -1 for answers without a skill."""
    number = np.full(len(learner), NONE)
    has_skill = skill != NONE
    pairs = learner * (skill.max(initial=0) + 1) + skill
    number[has_skill] = np.unique(pairs[has_skill], return_inverse=True)[1]
    return number


class _SharedTerms:
    """Shared terms by row while they are updated; None for items without answers.

    The last row, -1, stands for no skill or no item. Its skill term is `ABSENT`, which no answer
    moves.
    """

    def __init__(self, questions: Questions, skills: Estimates, items: Estimates) -> None:
        for row, estimates in ((questions.skill, skills), (questions.item, items)):
            if row.max(initial=NONE) >= len(estimates.answers):
                raise ValueError("a row does not exist")
        self.skills: list[_Pair] = [*_pairs(skills.terms), ABSENT]
        self.items: list[_Pair | None] = [
            pair if answers else None
            for pair, answers in zip(_pairs(items.terms), items.answers.tolist(), strict=True)
        ]
        self.items.append(None)
        self.claims = [*(skills.claims or [Claims()] * len(skills.answers)), Claims()]

    def update(
        self, question: _Question, ability: float, ability_variance: float
    ) -> tuple[_Pair, _Pair, float, float, float]:
        """Update the terms of the skill and item of one question.

        Parameters
        ----------
        question : see `Questions.rows`.
        ability, ability_variance : sums of the means and of the variances of the learner's terms.

        Returns
        -------
        The terms of the skill and of the item before the update, the log odds of a right answer,
        and the innovation and information for the learner's terms; see
        `innovation_and_information`.
        """
        skill_row, item_row, score, claim = question
        skill = self.skills[skill_row]
        claims = self.claims[skill_row]
        item = self.items[item_row] or item_term(None, claim, Gaussian(*skill), claims)
        if claim is not None and skill_row != NONE:
            self.claims[skill_row] = Claims(claims.number + 1.0, claims.total + claim)
        skill_mean, skill_variance = skill
        item_mean, item_variance = item
        variance = ability_variance + skill_variance + item_variance
        log_odds, c = shrink(ability - skill_mean - item_mean, variance)
        innovation, information = innovation_and_information(score, sigmoid(log_odds), c)
        self.skills[skill_row] = kalman_step(skill_mean, skill_variance, -innovation, information)
        if item_row != NONE:
            self.items[item_row] = kalman_step(item_mean, item_variance, -innovation, information)
        return skill, item, log_odds, innovation, information

    def to_estimates(
        self, questions: Questions, skills: Estimates, items: Estimates
    ) -> FoldedTerms:
        """Return the updated estimates; `skills` and `items` are those before the answers."""
        items_and_initial = zip(self.items[:-1], _pairs(items.terms), strict=True)
        of_skills = _update_estimates(self.skills[:-1], questions.skill, skills)
        return FoldedTerms(
            Estimates(of_skills.terms, of_skills.answers, self.claims[:-1]),
            _update_estimates(
                [pair or initial for pair, initial in items_and_initial], questions.item, items
            ),
        )


def _pairs(terms: Gaussians) -> list[_Pair]:
    return list(zip(terms.mean.tolist(), terms.variance.tolist(), strict=True))


def _update_estimates(pairs: list[_Pair], row: IntArray, before: Estimates) -> Estimates:
    mean, variance = np.array(pairs, dtype=np.float64).reshape(-1, 2).T.copy()
    count = np.bincount(row[row != NONE], minlength=len(pairs))
    return Estimates(Gaussians(mean, variance), before.answers + count)
