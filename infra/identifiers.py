"""Comparison of usernames without regard to case, and parsing of UUIDs; pure functions."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

MAX_USERNAME_KEY_LENGTH = 255
#: Limit of a client's own id of an event, skill, item or content, in characters.
MAX_ID_LENGTH = 255
_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def fold_username(username: str) -> str:
    """Return the case-folded form of a username, by which it is unique and looked up.

    This is Unicode's compatibility caseless match (D146, here composed). It is idempotent: letters
    like ``ΐ`` need each of the steps, or folding the result again would change it. It is done here
    and not by the database, because SQLite's LOWER handles ASCII only.
    """
    if username.isascii():
        return username.lower()
    decomposed = unicodedata.normalize("NFD", username)
    once = unicodedata.normalize("NFKC", decomposed.casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID in a text, with or without dashes, in any case; None if it is no UUID."""
    return UUID(text) if _UUID.fullmatch(text) else None
