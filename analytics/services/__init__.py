"""The write path of the learner model, and its upkeep."""

from __future__ import annotations

from analytics.services.bulk import Outcome, Row, record_many
from analytics.services.recording import record_answers, record_for_all
from analytics.services.state_updater import NotTheirEvent
from analytics.services.tracking import NotALearner, Tracked, track_answer

__all__ = [
    "NotALearner",
    "NotTheirEvent",
    "Outcome",
    "Row",
    "Tracked",
    "record_answers",
    "record_for_all",
    "record_many",
    "track_answer",
]
