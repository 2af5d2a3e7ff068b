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
AT_ONCE = max(1, (os.cpu_count() or 1) - 1)

_turns = BoundedSemaphore(AT_ONCE)


class PasswordsBusy(Exception):
    """Too many people are logging in at this moment. Try again."""


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a turn to hash a password in this process.

    Raises
    ------
    PasswordsBusy : none came for PASSWORD_PATIENCE.
    """
    patience: timedelta = settings.PASSWORD_PATIENCE
    if not _turns.acquire(timeout=patience.total_seconds()):
        raise PasswordsBusy
    try:
        yield
    finally:
        _turns.release()


class QueuedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's own, in turns, and on one core each: by default it would take eight at once."""

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a new password."""
        with turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a password is the hashed one."""
        with turn():
            return super().verify(password, encoded)
