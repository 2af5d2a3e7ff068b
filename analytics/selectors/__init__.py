"""Reads of the learner model that need several queries."""

from __future__ import annotations

from analytics.selectors.learners import (
    UnknownSkill,
    readable_learner,
    readable_learner_at_skill,
)
from analytics.selectors.learning_curves import curve
from analytics.selectors.predictions import Predictions, SkillPrediction, predictions
from analytics.selectors.skill_states import SkillEstimate, skill_estimates, states_of_learner
from analytics.selectors.velocity import VelocitySummary, velocity_summary

__all__ = [
    "Predictions",
    "SkillEstimate",
    "SkillPrediction",
    "UnknownSkill",
    "VelocitySummary",
    "curve",
    "predictions",
    "readable_learner",
    "readable_learner_at_skill",
    "skill_estimates",
    "states_of_learner",
    "velocity_summary",
]
