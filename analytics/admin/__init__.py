"""Admin of the learner model and of the catalogue of contents."""

from __future__ import annotations

from analytics.admin.alerts import AlertAdmin
from analytics.admin.assignments import CourseSessionAdmin, LessonAdmin, QuizAdmin
from analytics.admin.catalogue import ItemAdmin, SkillAdmin
from analytics.admin.contents import ContentAdmin
from analytics.admin.learners import ItemMemoryAdmin, LearningEventAdmin, SkillStateAdmin
from analytics.admin.prerequisites import PrerequisiteSuggestionAdmin, SkillPrerequisiteAdmin

__all__ = [
    "AlertAdmin",
    "ContentAdmin",
    "CourseSessionAdmin",
    "ItemAdmin",
    "ItemMemoryAdmin",
    "LearningEventAdmin",
    "LessonAdmin",
    "PrerequisiteSuggestionAdmin",
    "QuizAdmin",
    "SkillAdmin",
    "SkillPrerequisiteAdmin",
    "SkillStateAdmin",
]
