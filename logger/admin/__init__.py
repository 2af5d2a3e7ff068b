"""Admin of learners' work, and of the catalogue of contents."""

from __future__ import annotations

from logger.admin.contents import ContentAdmin
from logger.admin.work import (
    AttemptLogAdmin,
    ContentSessionAdmin,
    ContentSummaryAdmin,
    MasteryLogAdmin,
)

__all__ = [
    "AttemptLogAdmin",
    "ContentAdmin",
    "ContentSessionAdmin",
    "ContentSummaryAdmin",
    "MasteryLogAdmin",
]
