"""Reads of the learner model that need several queries."""

from __future__ import annotations

from analytics.selectors.alerts import get_notes
from analytics.selectors.learners import (
    UnknownSkill,
    get_skill,
    readable_learner,
)
from analytics.selectors.learning_curves import get_learning_curve
from analytics.selectors.model_quality import QualityRow, get_model_quality
from analytics.selectors.next_steps import NextStep, get_next_steps
from analytics.selectors.predictions import Predictions, SkillPrediction, get_predictions
from analytics.selectors.skill_states import (
    SkillEstimate,
    explain_state,
    find_answered_item,
    get_skill_estimates,
    list_states,
    states_of_learner,
)
from analytics.selectors.velocity import VelocitySummary, get_velocity_summary

__all__ = [
    "NextStep",
    "Predictions",
    "QualityRow",
    "SkillEstimate",
    "SkillPrediction",
    "UnknownSkill",
    "VelocitySummary",
    "explain_state",
    "find_answered_item",
    "get_learning_curve",
    "get_model_quality",
    "get_next_steps",
    "get_notes",
    "get_predictions",
    "get_skill",
    "get_skill_estimates",
    "get_velocity_summary",
    "list_states",
    "readable_learner",
    "states_of_learner",
]
