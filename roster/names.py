"""How usernames are compared; pure functions."""

from __future__ import annotations

import unicodedata


def fold_username(username: str) -> str:
    """Return the form under which a username is unique and found, whatever its case.

    Done here and not by the database: SQLite's LOWER knows ASCII only.
    """
    return unicodedata.normalize("NFKC", username).casefold()
