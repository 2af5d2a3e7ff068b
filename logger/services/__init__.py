"""The write path of progress tracking: starting and updating sessions."""

from __future__ import annotations

from logger.attempts import TooManyAttempts, TooMuchHistory, UnknownAttempt
from logger.services.assignment_checks import NotAssigned, QuizClosed
from logger.services.session_start import PAST_ATTEMPT, StartedSession, start_session
from logger.services.session_update import UnknownSession, UpdatedSession, update_session

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
