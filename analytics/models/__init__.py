"""What is learned, what we believe of each learner, and the evidence for it."""

from __future__ import annotations

from analytics.models.catalogue import Item, Skill, SkillParameters
from analytics.models.contents import Content, ContentKind, ContentQuerySet
from analytics.models.events import LearningEvent, LearningEventQuerySet
from analytics.models.locks import NamedLock
from analytics.models.memories import ItemMemory, ItemMemoryQuerySet
from analytics.models.states import LearnerAbility, SkillState, SkillStateQuerySet

__all__ = [
    "Content",
    "ContentKind",
    "ContentQuerySet",
    "Item",
    "ItemMemory",
    "ItemMemoryQuerySet",
    "LearnerAbility",
    "LearningEvent",
    "LearningEventQuerySet",
    "NamedLock",
    "Skill",
    "SkillParameters",
    "SkillState",
    "SkillStateQuerySet",
]
