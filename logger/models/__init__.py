"""The tables of progress tracking."""

from __future__ import annotations

from logger.models.base import ContentKind
from logger.models.sessions import ContentSession, ContentSummary
from logger.models.tries import (
    AttemptLog,
    AttemptLogQuerySet,
    MasteryLog,
    MasteryLogQuerySet,
)

__all__ = [
    "AttemptLog",
    "AttemptLogQuerySet",
    "ContentKind",
    "ContentSession",
    "ContentSummary",
    "MasteryLog",
    "MasteryLogQuerySet",
]
