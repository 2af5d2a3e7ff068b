"""Stable import path of `LearnerModel` for programs outside the service."""

from __future__ import annotations

from analytics.core.learner_model import LearnerModel

__all__ = ["LearnerModel"]
