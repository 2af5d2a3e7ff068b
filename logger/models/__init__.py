"""The tables of progress tracking."""

from __future__ import annotations

from logger.models.base import ContentKind
from logger.models.contents import Content, ContentQuerySet
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
    "Content",
    "ContentKind",
    "ContentQuerySet",
    "ContentSession",
    "ContentSummary",
    "ContentSummaryQuerySet",
    "MasteryLog",
    "MasteryLogQuerySet",
]
