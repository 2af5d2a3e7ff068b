"""Passwords hashed a few at a time: each takes a core and 100 MiB while it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

# One core is left to whoever does not log in.
MAX_CONCURRENT_HASHES = max(1, (os.cpu_count() or 1) - 1)

_slots = BoundedSemaphore(MAX_CONCURRENT_HASHES)


class HashingSaturated(Exception):
    """Too many people are logging in at this moment. Try again."""


@contextmanager
def hashing_slot() -> Iterator[None]:
    """Wait for a turn to hash a password in this process.

    Raises
    ------
    HashingSaturated : none came for PASSWORD_PATIENCE.
    """
    patience: timedelta = settings.PASSWORD_PATIENCE
    if not _slots.acquire(timeout=patience.total_seconds()):
        raise HashingSaturated
    try:
        yield
    finally:
        _slots.release()


class QueuedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's own, in turns, and on one core each: by default it would take eight at once."""

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a new password."""
        with hashing_slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a password is the hashed one."""
        with hashing_slot():
            return super().verify(password, encoded)
