"""Reads of the learner model that need several queries."""

from __future__ import annotations

from analytics.selectors.learners import (
    UnknownSkill,
    readable_learner,
    readable_learner_at_skill,
)
from analytics.selectors.learning_curves import curve
from analytics.selectors.predictions import Outlook, SkillOutlook, outlook
from analytics.selectors.skill_states import Standing, standings, states_of
from analytics.selectors.velocity import LearnerPace, pace

__all__ = [
    "LearnerPace",
    "Outlook",
    "SkillOutlook",
    "Standing",
    "UnknownSkill",
    "curve",
    "outlook",
    "pace",
    "readable_learner",
    "readable_learner_at_skill",
    "standings",
    "states_of",
]
