"""Admin of the learner model and of the catalogue of contents."""

from __future__ import annotations

from analytics.admin.catalogue import ItemAdmin, SkillAdmin
from analytics.admin.contents import ContentAdmin
from analytics.admin.learners import ItemMemoryAdmin, LearningEventAdmin, SkillStateAdmin
from analytics.admin.prerequisites import PrerequisiteSuggestionAdmin, SkillPrerequisiteAdmin

__all__ = [
    "ContentAdmin",
    "ItemAdmin",
    "ItemMemoryAdmin",
    "LearningEventAdmin",
    "PrerequisiteSuggestionAdmin",
    "SkillAdmin",
    "SkillPrerequisiteAdmin",
    "SkillStateAdmin",
]
