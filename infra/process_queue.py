"""A fair queue of processes for one file, or for a number of slots."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Sequence
from contextlib import suppress

POLL_SECONDS = 0.0005


class ProcessQueue:
    """Locks of files between processes, acquired in turn; one thread uses an instance at a time.

    The process that waits for a slot holds `next`, so the process that has just released a slot
    cannot take it again first. The system releases the locks of a process that ends. Polling,
    unlike a blocking lock, can time out.
    """

    def __init__(self, path: str, *, slots: int = 1, poll_seconds: float = POLL_SECONDS) -> None:
        self._next_path = f"{path}-next"
        self._turn_paths = [f"{path}-turn{number or ''}" for number in range(slots)]
        self._poll_seconds = poll_seconds
        self._turn: int | None = None

    def acquire(self, *, timeout: float) -> bool:
        """Wait for a slot, at most `timeout` seconds, and return True if one was acquired.

        Raises
        ------
        OSError : the lock files cannot be created or opened.
        """
        deadline = time.monotonic() + timeout
        place = self._lock_one([self._next_path], deadline=deadline)
        if place is None:
            return False
        try:
            self._turn = self._lock_one(self._turn_paths, deadline=deadline)
        finally:
            os.close(place)
        return self._turn is not None

    def release(self) -> None:
        """Release the slot."""
        turn, self._turn = self._turn, None
        if turn is not None:
            os.close(turn)

    def _lock_one(self, paths: Sequence[str], *, deadline: float) -> int | None:
        """Return a descriptor that locks one of the files until it is closed; None if too late.

        The files are opened each time, because an inherited descriptor shares its lock.
        """
        descriptors: list[int] = []
        locked = None
        try:
            descriptors.extend(os.open(path, os.O_RDWR | os.O_CREAT, 0o600) for path in paths)
            while (locked := _try_lock(descriptors)) is None and time.monotonic() < deadline:
                time.sleep(self._poll_seconds)
        finally:
            for descriptor in descriptors:
                if descriptor != locked:
                    os.close(descriptor)
        return locked


def _try_lock(descriptors: Sequence[int]) -> int | None:
    """Lock the first file that is free; None if there is none."""
    for descriptor in descriptors:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
    return None
