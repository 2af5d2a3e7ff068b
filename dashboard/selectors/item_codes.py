"""Items of the learner model for the questions of contents."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from analytics.models import Item

SEPARATOR = ":"


def item_code(content_id: UUID, name: str) -> str:
    """Return the item code of an exercise's question, from the content id and the name.

    Items with a skill of their own have the name alone as their code.
    """
    return f"{content_id.hex}{SEPARATOR}{name}"


def split_item_code(code: str) -> tuple[UUID | None, str]:
    """Return the content id and the name in a code; no content id if it is a name alone."""
    content, _separator, name = code.partition(SEPARATOR)
    try:
        key = UUID(content) if name else None
    except ValueError:
        key = None
    # Codes have UUIDs only as plain hex digits; any other spelling is part of a name.
    if key is None or key.hex != content:
        return None, code
    return key, name


def known_items(
    facility_id: UUID | None, content_id: UUID, names: Iterable[str]
) -> dict[str, UUID]:
    """Return the items of these questions by name; questions without evidence have no item."""
    codes = {item_code(content_id, name): name for name in names}
    # An item with a skill of its own has the question's name as its code.
    plain_names = {name: name for name in codes.values()}
    rows = Item.objects.filter(facility=facility_id, code__in=[*codes, *plain_names])
    keys = {code: (key, skill) for key, code, skill in rows.values_list("pk", "code", "skill")}
    items = {codes[code]: key for code, (key, _skill) in keys.items() if code in codes}
    with_own_skill = {
        code: key
        for code, (key, skill) in keys.items()
        if code in plain_names and skill is not None
    }
    return items | with_own_skill
