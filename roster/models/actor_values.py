"""The values of an actor that decide which rows it sees, for statements that are compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roster.models.keys import ApiKey
from roster.models.people import Actor, User

_PREFIX = "actor_"
_READ_BY_VISIBILITY: dict[type[Any], tuple[str, ...]] = {
    User: (
        "id", "facility_id", "is_superuser",
        "staffs_facility", "coaches_class", "staffs_home", "looks_beyond",
    ),
    ApiKey: ("id", "facility_id", "can_read", "can_admin"),
}  # fmt: skip


def actor_values(actor: Actor) -> dict[str, Any]:
    """Return the values that `visible_to` reads of an actor; a guest has none."""
    names = _READ_BY_VISIBILITY.get(actor.__class__, ())
    return {f"{_PREFIX}{name}": getattr(actor, name) for name in names}


def actor_from_values(kind: type[Actor], values: Mapping[str, Any]) -> Actor:
    """Return an unsaved actor with these values, which may be placeholders."""
    actor = kind()
    for name, value in values.items():
        setattr(actor, name.removeprefix(_PREFIX), value)
    return actor
