"""How ready a learner is for items now: each is remembered, or met for the first time.

What was studied is recalled as its memory says (FSRS-6), put right for the learner; what was not
is answered as anybody of this ability answers a question of this difficulty (learning-science 2
and 5).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.calibration import Calibration, calibrate_many
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


class Questions(NamedTuple):
    """What is known of one learner's chances at items, in columns of shape (items,).

    `skill_ability`, `skill` and `item` are as they are kept; NaN where nothing is kept.
    `has_skill` tells whether the item is of a skill, `is_answered` whether anybody answered it.
    """

    skill_ability: Gaussians
    skill: Gaussians
    item: Gaussians
    has_skill: BoolArray
    is_answered: BoolArray

    def take(self, rows: IntArray) -> Questions:
        """Return those of these rows."""
        skill_ability, skill, item, has_skill, is_answered = self
        return Questions(
            skill_ability.take(rows),
            skill.take(rows),
            item.take(rows),
            has_skill[rows],
            is_answered[rows],
        )


def recall_probability_now(memories: Memories, calibration: Calibration, at: int) -> FloatArray:
    """Return the probability that each is recalled, in (0, 1); NaN where it was never reviewed."""
    recall: FloatArray = np.full(len(memories.stability), np.nan)
    studied = np.flatnonzero(~np.isnan(memories.stability))
    recall[studied] = calibrate_many(retrievabilities_at(memories.take(studied), at), calibration)
    return recall


def p_correct_at_first_sight(questions: Questions, ability: Gaussian = LEARNER) -> FloatArray:
    """Return the probability that each is answered rightly by who never saw it, in (0, 1).

    Parameters
    ----------
    ability : the learner's, whatever the skill.
    """
    skill_ability, skill, item, has_skill, is_answered = questions
    unmet = np.isnan(skill_ability.mean)
    at_skill = _where(has_skill, _where(unmet, LEARNER_SKILL, skill_ability), ABSENT)
    of_skill = _where(has_skill, skill, ABSENT)
    unknown = _where(has_skill, ITEM, LONE_ITEM)
    of_item = _where(is_answered, item, unknown)
    mean = ability.mean + at_skill.mean - of_skill.mean - of_item.mean
    variance = ability.variance + at_skill.variance + of_skill.variance + of_item.variance
    log_odds, _ = shrink(mean, variance)
    return sigmoids(log_odds)


def _where(
    rows: BoolArray, chosen: Gaussian | Gaussians, others: Gaussian | Gaussians
) -> Gaussians:
    """Return the chosen terms in these rows, the others elsewhere."""
    return Gaussians(
        np.where(rows, chosen.mean, others.mean), np.where(rows, chosen.variance, others.variance)
    )


def readiness(recall: FloatArray, at_first_sight: FloatArray) -> FloatArray:
    """Return the probability of a right answer now: recalled where studied, else guessed."""
    ready: FloatArray = np.where(np.isnan(recall), at_first_sight, recall)
    return ready
