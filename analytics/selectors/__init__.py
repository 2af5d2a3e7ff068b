"""Reads of the learner model that need several queries."""

from __future__ import annotations

from analytics.selectors.curves import curve
from analytics.selectors.learners import (
    UnknownSkill,
    readable_learner,
    readable_learner_at_skill,
)
from analytics.selectors.outlook import Outlook, SkillOutlook, outlook
from analytics.selectors.pace import LearnerPace, pace
from analytics.selectors.standings import Standing, standings, states_of

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
