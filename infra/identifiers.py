"""Usernames, compared without regard to case, and parsing of UUIDs; pure functions."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

MAX_USERNAME_LENGTH = 150
MAX_USERNAME_KEY_LENGTH = 255
#: Limit of a client's own id of an event, skill, item or content, in characters.
MAX_ID_LENGTH = 255
#: Limit of a question's text and of an answer's, in characters.
MAX_TEXT_LENGTH = 2_000
# Letters and marks without a glyph of their own: Default_Ignorable_Code_Point of Unicode.
_IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LOOKALIKE_SCRIPTS = {"LATIN", "GREEK", "CYRILLIC"}
# All control characters but the tab and the ends of lines.
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UUID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def fold_text(text: str) -> str:
    """Return the case-folded form of a text, by which usernames are unique and texts are found.

    This is Unicode's compatibility caseless match (D146, here composed). It is idempotent: letters
    like ``ΐ`` need each of the steps, or folding the result again would change it. It is done here
    and not by the database, because SQLite's LOWER handles ASCII only.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text)
    once = unicodedata.normalize("NFKC", decomposed.casefold())
    return unicodedata.normalize("NFKC", once.casefold())


fold_username = fold_text


def username_problem(username: str) -> str | None:
    """Return why a username is not allowed, or None.

    Allowed are letters, marks and digits of any script, the other characters of ASCII that are
    visible, and single spaces between them, as in the UsernameCaseMapped profile (RFC 8265, 3.3);
    so two usernames that are not the same do not look the same because of invisible characters.
    Letters of Latin, Greek and Cyrillic, of which many look the same, are not mixed.
    """
    if not username.strip():
        return "A username is required."
    if (
        len(username) > MAX_USERNAME_LENGTH
        or len(fold_username(username)) > MAX_USERNAME_KEY_LENGTH
    ):
        return "This username is too long."
    if username.isascii() and username.replace(" ", "").isprintable():
        wrong = None
    else:
        wrong = next((char for char in username if not _is_allowed(char)), None)
    if wrong is not None:
        name = unicodedata.name(wrong, "a control character")
        return f"A username may not contain U+{ord(wrong):04X} ({name})."
    if username != " ".join(username.split(" ")).strip() or "  " in username:
        return "A username may have only single spaces, between other characters."
    if len({script for char in username if (script := _lookalike_script(char))}) > 1:
        return "A username may not mix Latin, Greek and Cyrillic letters."
    return None


def _is_allowed(char: str) -> bool:
    if char.isascii():
        return char.isprintable()
    return unicodedata.category(char)[0] in "LMN" and not _IGNORABLE.match(char)


def _lookalike_script(char: str) -> str | None:
    script = unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""
    return script if script in _LOOKALIKE_SCRIPTS else None


def normalize_id(text: str) -> str:
    """Return an id in NFC, in which external ids and codes are stored and compared."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def has_control(text: str) -> bool:
    """Return whether a text has control characters other than tabs and the ends of lines."""
    return _CONTROL.search(text) is not None


def parse_uuid(text: str) -> UUID | None:
    """Return the UUID in a text, with or without dashes, in any case; None if it is no UUID."""
    return UUID(text) if _UUID.fullmatch(text) else None
