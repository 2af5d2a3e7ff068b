"""Names by which people are called, and in which form they are compared; pure functions."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

MAX_USERNAME_KEY_LENGTH = 255
_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def fold_username(username: str) -> str:
    """Return the form under which a username is unique and found, whatever its case.

    Unicode's compatibility caseless match (D146, here composed), stable under itself: letters like
    ``ΐ`` need each of the steps, or they are folded into something that folds on. Done here and not
    by the database: SQLite's LOWER knows ASCII only.
    """
    if username.isascii():
        return username.lower()
    decomposed = unicodedata.normalize("NFD", username)
    once = unicodedata.normalize("NFKC", decomposed.casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID a text spells, dashed or plain, in any case; None where it is none."""
    return UUID(text) if _UUID.fullmatch(text) else None
