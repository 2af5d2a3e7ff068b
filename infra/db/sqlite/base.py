"""SQLite backend in which the writers of one process wait in a fair queue.

SQLite's own writers poll for the single write lock with growing sleeps, so unlucky writers wait
many times longer than others. Here a transaction first waits for its turn in this process
(transactions are IMMEDIATE, so each is a writer). Writers of other processes are still handled by
SQLite's busy timeout.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base, operations


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


class DatabaseOperations(operations.DatabaseOperations):
    """Database operations that can flush tables whose triggers forbid deletion."""

    def sql_flush(self, *args: Any, **kwargs: Any) -> list[str]:
        """Return SQL that drops all triggers, empties the tables and creates the triggers again."""
        flush = super().sql_flush(*args, **kwargs)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall() if flush else []
        drops = [f"DROP TRIGGER {self.quote_name(name)}" for name, _sql in triggers]
        return [*drops, *flush, *(sql for _name, sql in triggers)]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that acquires its database's lock before it starts a transaction."""

    ops_class = DatabaseOperations

    _locks: defaultdict[str, FairLock] = defaultdict(FairLock)
    _held_lock: FairLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        # A connection that was closed in the middle of a transaction may still hold the lock.
        self._release_lock()
        lock = self._locks[str(self.settings_dict["NAME"])]
        timeout = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not lock.acquire(timeout=timeout):
            raise OperationalError("database is locked: too many writers are waiting")
        self._held_lock = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release_lock()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001
        """Release the lock when the transaction ends, before its commit hooks run."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._release_lock()

    def close(self) -> None:
        """Close the connection, and release the lock unless an atomic block is still open."""
        try:
            super().close()
        finally:
            if not self.in_atomic_block:
                self._release_lock()

    def _release_lock(self) -> None:
        lock, self._held_lock = self._held_lock, None
        if lock is not None:
            lock.release()
