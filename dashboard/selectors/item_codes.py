"""Which item of the learner model a question on screen is."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from analytics.models import Item

SEPARATOR = ":"


def item_code(content_id: UUID, name: str) -> str:
    """Return the code under which an exercise's question is known, unless it is known alone."""
    return f"{content_id.hex}{SEPARATOR}{name}"


def split_item_code(code: str) -> tuple[UUID | None, str]:
    """Return the content and the name a code is made of; no content where it is a name alone."""
    content, _separator, name = code.partition(SEPARATOR)
    try:
        key = UUID(content) if name else None
    except ValueError:
        key = None
    # A UUID is spelled in one way only here; anything else is a name that looks like one.
    if key is None or key.hex != content:
        return None, code
    return key, name


def known_items(
    facility_id: UUID | None, content_id: UUID, names: Iterable[str]
) -> dict[str, UUID]:
    """Return the items of these questions, by name; those nobody gave evidence on are not there."""
    codes = {item_code(content_id, name): name for name in names}
    # A question with a skill of its own is known by its name alone.
    alone = {name: name for name in codes.values()}
    found = Item.objects.filter(facility=facility_id, code__in=[*codes, *alone])
    keys = {code: (key, skill) for key, code, skill in found.values_list("pk", "code", "skill")}
    items = {codes[code]: key for code, (key, _skill) in keys.items() if code in codes}
    own = {code: key for code, (key, skill) in keys.items() if code in alone and skill is not None}
    return items | own
