"""The write path of progress tracking: starting a session and moving it on."""

from __future__ import annotations

from logger.attempts import TooManyAttempts, TooMuchHistory, UnknownAttempt
from logger.services.assigned import NotAssigned, QuizClosed
from logger.services.moving import UnknownSession, UpdatedSession, update_session
from logger.services.starting import PAST_ATTEMPT, StartedSession, start_session

__all__ = [
    "PAST_ATTEMPT",
    "NotAssigned",
    "QuizClosed",
    "StartedSession",
    "TooManyAttempts",
    "TooMuchHistory",
    "UnknownAttempt",
    "UnknownSession",
    "UpdatedSession",
    "start_session",
    "update_session",
]
