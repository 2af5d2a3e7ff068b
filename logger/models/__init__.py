"""The tables of progress tracking."""

from __future__ import annotations

from logger.models.sessions import ContentSession, ContentSummary, ContentSummaryQuerySet
from logger.models.tries import (
    AttemptLog,
    AttemptLogQuerySet,
    MasteryLog,
    MasteryLogQuerySet,
)

__all__ = [
    "AttemptLog",
    "AttemptLogQuerySet",
    "ContentSession",
    "ContentSummary",
    "ContentSummaryQuerySet",
    "MasteryLog",
    "MasteryLogQuerySet",
]
