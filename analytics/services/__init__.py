"""The write path of the learner model, and its upkeep."""

from __future__ import annotations

from analytics.services.beliefs import NotTheirEvent
from analytics.services.bulk import Outcome, Row, track_answers
from analytics.services.recording import record_answers, record_for_all
from analytics.services.tracking import NotALearner, Tracked, track_answer

__all__ = [
    "NotALearner",
    "NotTheirEvent",
    "Outcome",
    "Row",
    "Tracked",
    "record_answers",
    "record_for_all",
    "track_answer",
    "track_answers",
]
