"""API secrets: pure functions that generate, digest and compare them.

The format is ``lt_<prefix>_<256 random bits>``; learner tokens start with ``lu_``. The prefix
identifies a key and may be logged; only a SHA-256 digest of the secret is stored. A fast hash is
enough: with 256 bits of entropy there is no dictionary attack to slow down.
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
    """A new secret, with the prefix and digest that are stored."""

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
    """Return whether a secret is a learner token, not a key."""
    return secret.startswith(f"{TOKEN_BRAND}_")


def prefix_of(secret: str) -> str | None:
    """Return the prefix of a key's secret; None if the format is wrong."""
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != KEY_BRAND or len(parts[1]) != PREFIX_LENGTH:
        return None
    return parts[1] if parts[1].isalnum() and parts[1].isascii() else None


def verify(secret: str, stored_digest: str) -> bool:
    """Compare a secret with a stored digest in constant time."""
    return secrets.compare_digest(digest(secret), stored_digest)
