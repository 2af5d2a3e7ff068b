"""Models of skills, items and contents, of learner states, and of learning events."""

from __future__ import annotations

from analytics.models.activity import DailyActivity, DailyActivityQuerySet
from analytics.models.alerts import (
    Alert,
    AlertCheck,
    AlertQuerySet,
    AlertState,
    AlertVisit,
    LearnerNote,
)
from analytics.models.catalogue import Item, Skill, SkillParameters
from analytics.models.contents import Content, ContentKind, ContentQuerySet
from analytics.models.digests import WeeklyDigest
from analytics.models.events import LearningEvent, LearningEventQuerySet
from analytics.models.locks import NamedLock
from analytics.models.memories import ItemMemory, ItemMemoryQuerySet
from analytics.models.prerequisites import PrerequisiteSuggestion, SkillPrerequisite
from analytics.models.snapshots import LearnerSnapshot
from analytics.models.states import LearnerAbility, SkillState, SkillStateQuerySet
from analytics.models.texts import AnswerText, ItemText
from analytics.models.trees import PredictionTrees

__all__ = [
    "Alert",
    "AlertCheck",
    "AlertQuerySet",
    "AlertState",
    "AlertVisit",
    "AnswerText",
    "Content",
    "ContentKind",
    "ContentQuerySet",
    "DailyActivity",
    "DailyActivityQuerySet",
    "Item",
    "ItemMemory",
    "ItemMemoryQuerySet",
    "ItemText",
    "LearnerAbility",
    "LearnerNote",
    "LearnerSnapshot",
    "LearningEvent",
    "LearningEventQuerySet",
    "NamedLock",
    "PredictionTrees",
    "PrerequisiteSuggestion",
    "Skill",
    "SkillParameters",
    "SkillPrerequisite",
    "SkillState",
    "SkillStateQuerySet",
    "WeeklyDigest",
]
