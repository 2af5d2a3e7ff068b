"""The import path under which programs outside the service know `LearnerModel`."""

from __future__ import annotations

from analytics.core.learner_model import LearnerModel

__all__ = ["LearnerModel"]
