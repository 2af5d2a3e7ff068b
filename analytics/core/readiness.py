"""Readiness: the probability that a learner answers each item right now.

For a studied item it is the served recall probability of its memory, `analytics.core.recall`.
For an item never studied it is P(correct) of a learner of this ability at a question of this
difficulty (learning-science 2 and 5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core import recall
from analytics.core.difficulty import (
    ABSENT,
    ITEM,
    LEARNER,
    LEARNER_SKILL,
    LONE_ITEM,
    Gaussian,
    Gaussians,
    shrink,
)
from analytics.core.logistic import BoolArray, FloatArray, IntArray, sigmoids
from analytics.core.memory import Memories, retrievabilities_at
from analytics.core.recall import Practice, RecallModel


class Questions(NamedTuple):
    """Inputs of the ability model for one learner and many items; all shapes are (items,).

    `skill_ability`, `skill` and `item` are the stored terms, NaN where none is stored. `has_skill`
    is true if the item belongs to a skill, `is_answered` if any learner has answered it.
    """

    skill_ability: Gaussians
    skill: Gaussians
    item: Gaussians
    has_skill: BoolArray
    is_answered: BoolArray

    def take(self, rows: IntArray) -> Questions:
        """Return the inputs of the given rows."""
        skill_ability, skill, item, has_skill, is_answered = self
        return Questions(
            skill_ability.take(rows),
            skill.take(rows),
            item.take(rows),
            has_skill[rows],
            is_answered[rows],
        )


def recall_probability_now(
    memories: Memories, practice: Practice, model: RecallModel, at: int
) -> FloatArray:
    """Return the served recall probability of each item, in (0, 1); NaN if never reviewed.

    Parameters
    ----------
    memories, practice : shape (items,).
    model : the recall model of the learner.
    at : microseconds since 1970-01-01 UTC.
    """
    served: FloatArray = np.full(len(memories.stability), np.nan)
    studied = np.flatnonzero(~np.isnan(memories.stability))
    known = memories.take(studied)
    r = retrievabilities_at(known, at)
    x = recall.inputs(r, known.stability, known.difficulty, practice.take(studied))
    served[studied] = recall.predict(model, x)
    return served


def p_correct_at_first_sight(questions: Questions, ability: Gaussian = LEARNER) -> FloatArray:
    """Return P(correct) of each item for a learner who has never seen it: (items,), in (0, 1).

    Parameters
    ----------
    questions : inputs of the ability model.
    ability : the learner's overall ability.
    """
    skill_ability, skill, item, has_skill, is_answered = questions
    is_unpractised = np.isnan(skill_ability.mean)
    skill_ability_term = _select(
        has_skill, _select(is_unpractised, LEARNER_SKILL, skill_ability), ABSENT
    )
    skill_term = _select(has_skill, skill, ABSENT)
    initial_item = _select(has_skill, ITEM, LONE_ITEM)
    item_term = _select(is_answered, item, initial_item)
    mean = ability.mean + skill_ability_term.mean - skill_term.mean - item_term.mean
    variance = (
        ability.variance + skill_ability_term.variance + skill_term.variance + item_term.variance
    )
    log_odds, _ = shrink(mean, variance)
    return sigmoids(log_odds)


def _select(
    condition: BoolArray, chosen: Gaussian | Gaussians, others: Gaussian | Gaussians
) -> Gaussians:
    """Return the first terms where the condition holds, the second terms elsewhere."""
    return Gaussians(
        np.where(condition, chosen.mean, others.mean),
        np.where(condition, chosen.variance, others.variance),
    )


def readiness(served: FloatArray, at_first_sight: FloatArray) -> FloatArray:
    """Return the readiness of each item: recall if studied, otherwise P(correct) at first sight.

    Parameters
    ----------
    served : recall probabilities, NaN for items never studied.
    at_first_sight : P(correct) at first sight, in the same shape.
    """
    probability: FloatArray = np.where(np.isnan(served), at_first_sight, served)
    return probability
