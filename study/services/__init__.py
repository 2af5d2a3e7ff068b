"""Services that write study sets, items and results."""

from __future__ import annotations

from study.services.catalogue import (
    ConflictingItemIds,
    ItemAlreadyInSet,
    SetIsFull,
    add_item,
    add_study_set,
    create_learner,
    create_study_set,
    rename_study_set,
)
from study.services.recording import study_result, study_results

__all__ = [
    "ConflictingItemIds",
    "ItemAlreadyInSet",
    "SetIsFull",
    "add_item",
    "add_study_set",
    "create_learner",
    "create_study_set",
    "rename_study_set",
    "study_result",
    "study_results",
]
