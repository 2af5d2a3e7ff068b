"""Admin of the learner model."""

from __future__ import annotations

from analytics.admin.catalogue import ItemAdmin, SkillAdmin
from analytics.admin.learners import ItemMemoryAdmin, LearningEventAdmin, SkillStateAdmin

__all__ = [
    "ItemAdmin",
    "ItemMemoryAdmin",
    "LearningEventAdmin",
    "SkillAdmin",
    "SkillStateAdmin",
]
