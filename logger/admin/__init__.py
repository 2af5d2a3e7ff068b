"""Admin lists of learners' work."""

from __future__ import annotations

from logger.admin.work import (
    AttemptLogAdmin,
    ContentSessionAdmin,
    ContentSummaryAdmin,
    MasteryLogAdmin,
)

__all__ = [
    "AttemptLogAdmin",
    "ContentSessionAdmin",
    "ContentSummaryAdmin",
    "MasteryLogAdmin",
]
