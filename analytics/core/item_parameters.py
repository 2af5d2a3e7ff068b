"""What all learners' answers say of skills and items: the shared terms of `difficulty`, folded.

Answers are taken strictly in order, since each moves terms the next is judged with; in plain
Python, which for one answer at a time is quicker than numpy. `fold` moves shared terms alone,
by answers whose learners' terms are known: the job's. `follow` moves everything, as a server
that folds each answer at once: an offline fit's.
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
    Gaussian,
    Gaussians,
    item_term,
    kalman_step,
    learning_rate,
    repeated,
    shrink,
)
from analytics.core.logistic import FloatArray, IntArray, sigmoid

NONE = -1

_Pair = tuple[float, float]  # a term's mean and variance; a `Gaussian` takes twice as long to make
_Question = tuple[int, int, float, float | None]


class Estimates(NamedTuple):
    """Terms of skills or of items, and how many answers each was learned from; shapes (rows,).

    The term of an item without answers does not count: it is judged by `item_term`.
    """

    terms: Gaussians
    answers: IntArray

    @classmethod
    def of_skills(cls, count: int) -> Estimates:
        """Return what is known of so many skills before any answer."""
        return cls(repeated(SKILL, count), np.zeros(count, dtype=np.int64))

    @classmethod
    def of_items(cls, count: int) -> Estimates:
        """Return what is known of so many items before any answer."""
        return cls(repeated(ITEM, count), np.zeros(count, dtype=np.int64))


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What was asked and how it was answered, in order: shapes (answers,).

    Attributes
    ----------
    skill, item : rows of the estimates; -1: none.
    score : in [0, 1].
    claimed : the sender's word as in `item_term`; NaN: nothing was said. None: never.

    Raises
    ------
    ValueError : columns of different lengths, a row below -1, a score outside [0, 1] (NaN
        included), an infinite claim.
    """

    skill: IntArray
    item: IntArray
    score: FloatArray
    claimed: FloatArray | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        columns = [self.skill, self.item, self.score]
        if self.claimed is not None:
            columns.append(self.claimed)
        if any(column.shape != (len(self.score),) for column in columns):
            raise ValueError("questions are columns of one length")
        if min(self.skill.min(initial=0), self.item.min(initial=0)) < NONE:
            raise ValueError("rows are numbered from 0, and -1 is none")
        if not np.all((self.score >= 0.0) & (self.score <= 1.0)):
            raise ValueError("scores lie in [0, 1]")
        if self.claimed is not None and np.isinf(self.claimed).any():
            raise ValueError("claims are finite")

    def rows(self) -> Iterator[_Question]:
        """Yield each: the rows of its skill and item, the score, the claim or None."""
        claims = repeat(None) if self.claimed is None else map(_claim, self.claimed.tolist())
        return zip(self.skill.tolist(), self.item.tolist(), self.score.tolist(), claims)  # noqa: B905  # endless


def _claim(claim: float) -> float | None:
    return None if isnan(claim) else claim


class AbilitiesUsed(NamedTuple):
    """The learner's terms answers were judged with; of shape (answers,).

    `skill_ability` is `ABSENT` where there is no skill.
    """

    ability: Gaussians
    skill_ability: Gaussians


class FoldedTerms(NamedTuple):
    """What is known of skills and items now."""

    skills: Estimates
    items: Estimates


class ReplayedTerms(NamedTuple):
    """What is known of skills and items now, and what each answer was judged with before it.

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
    """Move skills' and items' terms by answers, one after another; what is given stays.

    Folding answers in one call or in several gives the same floats; none move nothing.

    Parameters
    ----------
    used : the learner's terms as each answer was judged with them.
    skills, items : as the answers before left them.

    Raises
    ------
    ValueError : the learner's terms are not one an answer, or a row is not there.
    """
    table = _Table(questions, skills, items)
    mean = used.ability.mean + used.skill_ability.mean
    variance = used.ability.variance + used.skill_ability.variance
    if not mean.shape == variance.shape == questions.score.shape:
        raise ValueError("a learner's terms are those of each answer")
    for question, ability, spread in zip(
        questions.rows(), mean.tolist(), variance.tolist(), strict=True
    ):
        table.move(question, ability, spread)
    return table.folded(questions, skills, items)


def replay_terms(
    learner: IntArray, questions: Questions, skills: Estimates, items: Estimates
) -> ReplayedTerms:
    """Move all terms by answers, one after another, each learner's from their start.

    The same as `difficulty.absorb` of each answer and a `fold` of it before the next.

    Parameters
    ----------
    learner : who answered, numbered from 0; shape (answers,).
    skills, items : as the answers before left them; what is given stays.

    Raises
    ------
    ValueError : columns of different lengths, a learner below 0, or a row that is not there.
    """
    if learner.shape != questions.score.shape or learner.min(initial=0) < 0:
        raise ValueError("learners are those of each answer, numbered from 0")
    table = _Table(questions, skills, items)
    belief = _beliefs(learner, questions.skill)
    abilities: list[_Pair] = [LEARNER] * (int(learner.max(initial=NONE)) + 1)
    skill_abilities: list[_Pair] = [LEARNER_SKILL] * (int(belief.max(initial=NONE)) + 1)
    skill_abilities.append(ABSENT)  # row -1
    told = array("d")
    for question, who, which in zip(
        questions.rows(), learner.tolist(), belief.tolist(), strict=True
    ):
        mean, variance = abilities[who]
        skill_mean, skill_variance = skill_abilities[which]
        variance += LEARNER_DRIFT
        if which != NONE:
            skill_variance += LEARNER_SKILL_DRIFT
        judged = table.move(question, mean + skill_mean, variance + skill_variance)
        skill, item, log_odds, surprise, certainty = judged
        told.extend((mean, variance, skill_mean, skill_variance, *skill, *item, log_odds))
        abilities[who] = kalman_step(mean, variance, surprise, certainty)
        skill_abilities[which] = kalman_step(skill_mean, skill_variance, surprise, certainty)
    *terms, expected = np.array(told).reshape(len(learner), 9).T.copy()
    ability, skill_ability, of_skill, of_item = map(Gaussians, terms[0::2], terms[1::2])
    return ReplayedTerms(
        *table.folded(questions, skills, items),
        used=AbilitiesUsed(ability, skill_ability),
        skill=of_skill,
        item=of_item,
        log_odds=expected,
    )


def _beliefs(learner: IntArray, skill: IntArray) -> IntArray:
    """Number the learners at skills from 0; -1 where there is no skill."""
    belief = np.full(len(learner), NONE)
    is_of_skill = skill != NONE
    pairs = learner * (skill.max(initial=0) + 1) + skill
    belief[is_of_skill] = np.unique(pairs[is_of_skill], return_inverse=True)[1]
    return belief


class _Table:
    """Shared terms while they move, by row; None of items of which nothing is known.

    The last row, -1, is of what is not there: `ABSENT` for skills, which no answer moves.
    """

    def __init__(self, questions: Questions, skills: Estimates, items: Estimates) -> None:
        for row, known in ((questions.skill, skills), (questions.item, items)):
            if row.max(initial=NONE) >= len(known.answers):
                raise ValueError("a row is not there")
        self.skills: list[_Pair] = [*_pairs(skills.terms), ABSENT]
        self.items: list[_Pair | None] = [
            pair if answers else None
            for pair, answers in zip(_pairs(items.terms), items.answers.tolist(), strict=True)
        ]
        self.items.append(None)

    def move(
        self, question: _Question, ability: float, spread: float
    ) -> tuple[_Pair, _Pair, float, float, float]:
        """Move the terms of one question, given the learner's mean and variance in sum.

        Returns
        -------
        The terms of the skill and of the item it was judged with, the log odds of a right
        answer, and what the answer taught, as `learning_rate` of the learner's terms.
        """
        skill_row, item_row, score, claim = question
        skill = self.skills[skill_row]
        item = self.items[item_row] or item_term(None, claim, Gaussian(*skill))
        skill_mean, skill_variance = skill
        item_mean, item_variance = item
        variance = spread + skill_variance + item_variance
        log_odds, c = shrink(ability - skill_mean - item_mean, variance)
        surprise, certainty = learning_rate(score, sigmoid(log_odds), c, variance)
        self.skills[skill_row] = kalman_step(skill_mean, skill_variance, -surprise, certainty)
        if item_row != NONE:
            self.items[item_row] = kalman_step(item_mean, item_variance, -surprise, certainty)
        return skill, item, log_odds, surprise, certainty

    def folded(self, questions: Questions, skills: Estimates, items: Estimates) -> FoldedTerms:
        """Return what is known by now; `skills` and `items` are what was before."""
        unknown = zip(self.items[:-1], _pairs(items.terms), strict=True)
        return FoldedTerms(
            _estimates(self.skills[:-1], questions.skill, skills),
            _estimates([pair or start for pair, start in unknown], questions.item, items),
        )


def _pairs(terms: Gaussians) -> list[_Pair]:
    return list(zip(terms.mean.tolist(), terms.variance.tolist(), strict=True))


def _estimates(pairs: list[_Pair], row: IntArray, before: Estimates) -> Estimates:
    mean, variance = np.array(pairs, dtype=np.float64).reshape(-1, 2).T.copy()
    count = np.bincount(row[row != NONE], minlength=len(pairs))
    return Estimates(Gaussians(mean, variance), before.answers + count)
