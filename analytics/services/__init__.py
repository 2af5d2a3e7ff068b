"""The write path of the learner model, and its upkeep."""

from __future__ import annotations

from analytics.services.beliefs import NotTheirEvent
from analytics.services.recording import record_answers, record_for_all

__all__ = ["NotTheirEvent", "record_answers", "record_for_all"]
