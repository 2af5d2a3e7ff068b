"""Read the audited fields of a row, and compare two readings of them.

A model lists its audited fields in `AUDITED_FIELDS`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Model

HIDDEN = "•••"
SECRET_FIELDS = {"password"}

Fields = dict[str, Any]


def audited_fields(row: Model) -> Fields:
    """Return a row's audited fields as JSON-ready values; `changes_between` hides the secrets."""
    return {name: _plain(getattr(row, name)) for name in cast("Any", row).AUDITED_FIELDS}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime) else value


def changes_between(before: Fields, after: Fields) -> Fields:
    """Return each changed field as `[before, after]`; the values of secrets are hidden."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {
        name: [HIDDEN, HIDDEN] if name in SECRET_FIELDS else [before.get(name), after.get(name)]
        for name in names
    }
