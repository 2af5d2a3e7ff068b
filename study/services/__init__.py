"""Use cases of study results that write."""

from __future__ import annotations

from study.services.catalogue import (
    InASet,
    SetIsFull,
    TwoItems,
    add_item,
    found_set,
    make_set,
    register,
    rename,
)
from study.services.recording import study_result, study_results

__all__ = [
    "InASet",
    "SetIsFull",
    "TwoItems",
    "add_item",
    "found_set",
    "make_set",
    "register",
    "rename",
    "study_result",
    "study_results",
]
