"""SQLite whose writers of one process stand in line.

Left alone, SQLite's writers poll for the one write lock with growing sleeps: the unlucky wait
many times longer than the others. Here a transaction first takes its turn in this process
(transactions are IMMEDIATE, so each is a writer); other processes are still waited for by
SQLite's own busy timeout.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base, operations


class FairLock:
    """A lock that goes to whoever has waited longest."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, *, timeout: float) -> bool:
        """Wait for one's turn, at most so many seconds; tell whether it came."""
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
        return True  # The turn came between giving up and saying so.

    def release(self) -> None:
        """Let the next one in."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class DatabaseOperations(operations.DatabaseOperations):
    """Empties tables, when all of them are to be emptied, whatever their triggers keep."""

    def sql_flush(self, *args: Any, **kwargs: Any) -> list[str]:
        """Lift the triggers meanwhile: they are there to keep single rows."""
        emptying = super().sql_flush(*args, **kwargs)
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall() if emptying else []
        lifting = [f"DROP TRIGGER {self.quote_name(name)}" for name, _sql in triggers]
        return [*lifting, *emptying, *(sql for _name, sql in triggers)]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn before it begins a transaction."""

    ops_class = DatabaseOperations

    _locks: defaultdict[str, FairLock] = defaultdict(FairLock)
    _held_lock: FairLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        # A connection that was closed in the middle of a transaction never said that it left.
        self._release_lock()
        turnstile = self._locks[str(self.settings_dict["NAME"])]
        timeout = self.settings_dict["OPTIONS"].get("timeout", 5)
        if not turnstile.acquire(timeout=timeout):
            raise OperationalError("database is locked: too many writers are waiting")
        self._held_lock = turnstile
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._release_lock()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001
        """Leave the line when the transaction is over, before its commit hooks run."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._release_lock()

    def close(self) -> None:
        """Leave the line when the connection goes, whatever state it is in."""
        try:
            super().close()
        finally:
            if not self.in_atomic_block:
                self._release_lock()

    def _release_lock(self) -> None:
        turnstile, self._held_lock = self._held_lock, None
        if turnstile is not None:
            turnstile.release()
