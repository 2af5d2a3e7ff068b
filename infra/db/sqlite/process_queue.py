"""A fair queue of the processes that write to one file."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

POLL_SECONDS = 0.0005


class ProcessQueue:
    """A lock of a file between processes, acquired in turn; one thread of each process uses it.

    The process that waits for `turn` holds `next`, so the process that has just released `turn`
    cannot take it again first. The system releases the locks of a process that ends. Polling,
    unlike a blocking lock, can time out.
    """

    def __init__(self, path: str) -> None:
        self._next_path, self._turn_path = f"{path}-next", f"{path}-turn"
        self._turn: int | None = None

    def acquire(self, *, timeout: float) -> bool:
        """Wait for the lock, at most `timeout` seconds, and return True if it was acquired.

        Raises
        ------
        OSError : the lock files cannot be created or opened.
        """
        deadline = time.monotonic() + timeout
        place = _lock(self._next_path, deadline=deadline)
        if place is None:
            return False
        try:
            self._turn = _lock(self._turn_path, deadline=deadline)
        finally:
            os.close(place)
        return self._turn is not None

    def release(self) -> None:
        """Release the lock."""
        turn, self._turn = self._turn, None
        if turn is not None:
            os.close(turn)


def _lock(path: str, *, deadline: float) -> int | None:
    """Return a descriptor that locks the file until it is closed; None after the deadline.

    The file is opened each time, because a descriptor inherited from a parent shares its lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        if time.monotonic() >= deadline:
            os.close(descriptor)
            return None
        time.sleep(POLL_SECONDS)
