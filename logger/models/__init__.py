"""Models of progress tracking."""

from __future__ import annotations

from logger.models.mastery import AttemptLog, AttemptLogQuerySet, MasteryLog, MasteryLogQuerySet
from logger.models.sessions import ContentSession, ContentSummary, ContentSummaryQuerySet

__all__ = [
    "AttemptLog",
    "AttemptLogQuerySet",
    "ContentSession",
    "ContentSummary",
    "ContentSummaryQuerySet",
    "MasteryLog",
    "MasteryLogQuerySet",
]
