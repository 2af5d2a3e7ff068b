"""API secrets: minting, digesting and comparing them; pure functions.

A secret reads ``lt_<prefix>_<256 random bits>``; a learner's token begins with ``lu_``. The prefix
finds a key and may be logged; of the whole only a SHA-256 digest is stored. A fast hash is right
here: the secret has 256 bits of entropy, so there is no dictionary to slow down.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha256

PREFIX_LENGTH = 12
KEY_BRAND = "lt"
TOKEN_BRAND = "lu"  # noqa: S105  # a prefix
_SECRET_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A new secret, and what is stored of it."""

    secret: str
    prefix: str
    digest: str


def mint(brand: str = KEY_BRAND) -> NewKey:
    """Return a new secret with 256 bits of entropy, its prefix and its digest."""
    prefix = secrets.token_hex(PREFIX_LENGTH // 2)
    secret = f"{brand}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewKey(secret=secret, prefix=prefix, digest=digest(secret))


def digest(secret: str) -> str:
    """Return the SHA-256 digest of a secret: 64 lower-case hexadecimal characters."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_token(secret: str) -> bool:
    """Tell a learner's token from a key."""
    return secret.startswith(f"{TOKEN_BRAND}_")


def prefix_of(secret: str) -> str | None:
    """Return the prefix of a key's secret, or None where it cannot be one of ours."""
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != KEY_BRAND or len(parts[1]) != PREFIX_LENGTH:
        return None
    return parts[1] if parts[1].isalnum() and parts[1].isascii() else None


def verify(secret: str, stored_digest: str) -> bool:
    """Tell in constant time whether a secret has this digest."""
    return secrets.compare_digest(digest(secret), stored_digest)
