"""The write path of the learner model, and its maintenance."""

from __future__ import annotations

from analytics.services.alert_actions import (
    UnknownAlert,
    add_note,
    change_alert,
    last_visit,
    start_visit,
)
from analytics.services.bulk import BulkResult, BulkRow, record_many
from analytics.services.charging import charge
from analytics.services.new_names import TooManyNewNames
from analytics.services.recording import RecordedAnswers, record_answers, record_for_all
from analytics.services.state_updater import EventOwnedByAnother
from analytics.services.tracking import (
    NamedAnswer,
    NotALearner,
    RecordedAnswer,
    TrackResult,
    record_named_answer,
    track_answer,
)

__all__ = [
    "BulkResult",
    "BulkRow",
    "EventOwnedByAnother",
    "NamedAnswer",
    "NotALearner",
    "RecordedAnswer",
    "RecordedAnswers",
    "TooManyNewNames",
    "TrackResult",
    "UnknownAlert",
    "add_note",
    "change_alert",
    "charge",
    "last_visit",
    "record_answers",
    "record_for_all",
    "record_many",
    "record_named_answer",
    "start_visit",
    "track_answer",
]
