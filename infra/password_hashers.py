"""Argon2 password hashing with a limit of concurrent hashes.

Each hash takes a processor core and 100 MiB of memory while it runs.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore

import structlog
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from infra import turns
from infra.process_queue import ProcessQueue

log = structlog.get_logger(__name__)

# Of all processes together; half of the cores is left for other requests.
MAX_CONCURRENT_HASHES = max(1, (os.cpu_count() or 1) // 2)
# Of each process: who hashes a password or waits for a slot holds a thread, at most half of them.
MAX_WAITING = 2
MAX_PLACES = max(1, min(MAX_CONCURRENT_HASHES + MAX_WAITING, settings.SERVER_THREADS // 2))
POLL_SECONDS = 0.005

_places = BoundedSemaphore(MAX_PLACES)
_is_patient = ContextVar("is_patient", default=False)


class HashingSaturated(Exception):
    """Too many people are logging in at this moment. Try again."""


@contextmanager
def patient() -> Iterator[None]:
    """Wait for slots as long as necessary in the block, which must not be that of a request."""
    token = _is_patient.set(True)
    try:
        yield
    finally:
        _is_patient.reset(token)


@contextmanager
def hashing_slot() -> Iterator[None]:
    """Hold one of the machine's slots for hashing a password, waiting for it if necessary.

    Raises
    ------
    HashingSaturated : enough threads of this process wait already, or no slot became free within
        PASSWORD_PATIENCE.
    """
    if _is_patient.get():
        with _slot(float("inf")):
            yield
        return
    if not _places.acquire(blocking=False):
        raise HashingSaturated
    max_wait: timedelta = settings.PASSWORD_PATIENCE
    try:
        with turns.paused(), _slot(max_wait.total_seconds()):
            yield
    finally:
        _places.release()


def refuse_if_saturated() -> None:
    """Raise an error early if `hashing_slot` would, in a request.

    Raises
    ------
    HashingSaturated : enough threads of this process wait already.
    """
    if not _places.acquire(blocking=False):
        raise HashingSaturated
    _places.release()


@contextmanager
def _slot(max_wait: float) -> Iterator[None]:
    """Hold a slot; without the lock files only the limit of the process applies.

    Raises
    ------
    HashingSaturated : no slot became free within `max_wait` seconds.
    """
    lock: Path = settings.HASHING_LOCK
    queue = ProcessQueue(str(lock), slots=MAX_CONCURRENT_HASHES, poll_seconds=POLL_SECONDS)
    try:
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        acquired = queue.acquire(timeout=max_wait)
    except OSError:
        log.exception("hashing_lock_unavailable")
        acquired = True
    if not acquired:
        raise HashingSaturated
    try:
        yield
    finally:
        queue.release()


def _password_forms(password: str) -> list[str]:
    """Return the forms under which a password may be stored: NFKC, and the one typed if it differs.

    Keyboards send the same letters in different forms (NIST SP 800-63B, 3.1.1.2). Hashes of
    earlier versions are of the form that was typed.
    """
    return list(dict.fromkeys([unicodedata.normalize("NFKC", password), password]))


class QueuedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's Argon2 hasher with limited concurrency; each hash uses one core, not eight.

    The normal form of a password is hashed, so that it does not matter how its letters are typed.
    """

    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the hash of a new password.

        Django hashes the password of an unknown user to take as long as for a known one. So this
        hashes each form that `verify` does.
        """
        with hashing_slot():
            encode = super().encode
            normal, *_typed = [encode(form, salt) for form in _password_forms(password)]
            return normal

    def verify(self, password: str, encoded: str) -> bool:
        """Return True if the password matches the hash."""
        with hashing_slot():
            verify = super().verify
            return any(verify(form, encoded) for form in _password_forms(password))
