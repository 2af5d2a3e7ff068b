"""A lock that is acquired in the order of waiting."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """A lock that is acquired in the order of waiting (FIFO)."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, *, timeout: float) -> bool:
        """Wait for the lock, at most `timeout` seconds, and return True if it was acquired."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # The lock was handed over just after the timeout.

    def release(self) -> None:
        """Release the lock, or hand it over to the first waiter."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
