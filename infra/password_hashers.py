"""Argon2 password hashing with a limit of concurrent hashes.

Each hash takes a processor core and 100 MiB of memory while it runs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from infra import turns

# One core is left for other requests.
MAX_CONCURRENT_HASHES = max(1, (os.cpu_count() or 1) - 1)

_slots = BoundedSemaphore(MAX_CONCURRENT_HASHES)


class HashingSaturated(Exception):
    """Too many people are logging in at this moment. Try again."""


@contextmanager
def hashing_slot() -> Iterator[None]:
    """Hold one of the process's slots for hashing a password, waiting for it if necessary.

    Raises
    ------
    HashingSaturated : no slot became free within PASSWORD_PATIENCE.
    """
    max_wait: timedelta = settings.PASSWORD_PATIENCE
    with turns.paused():
        if not _slots.acquire(timeout=max_wait.total_seconds()):
            raise HashingSaturated
        try:
            yield
        finally:
            _slots.release()


class QueuedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's Argon2 hasher with limited concurrency; each hash uses one core, not eight."""

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the hash of a new password."""
        with hashing_slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Return True if the password matches the hash."""
        with hashing_slot():
            return super().verify(password, encoded)
