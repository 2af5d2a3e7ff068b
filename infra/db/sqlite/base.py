"""SQLite backend in which writers wait in a fair queue.

SQLite's own writers poll for the single write lock with growing sleeps, so unlucky writers wait
many times longer than others. Here a transaction first waits for its turn in this process, and then
for the turn of this process (transactions are IMMEDIATE, so each is a writer). Programs that do not
use this backend are handled by SQLite's busy timeout.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

from django.db import OperationalError
from django.db.backends.sqlite3 import base, operations

from infra import turns
from infra.fair_lock import FairLock
from infra.identifiers import fold_text
from infra.process_queue import ProcessQueue


def _fold_text(text: str | None) -> str | None:
    return None if text is None else fold_text(str(text))


class WriterQueue:
    """The queue of all writers of one database file: first of a process, then of the processes."""

    def __init__(self, path: str) -> None:
        self._threads = FairLock()
        self._processes = ProcessQueue(path)

    def acquire(self, *, timeout: float) -> None:
        """Wait for the turn, while other threads may run.

        Raises
        ------
        OperationalError : the time was not enough, or the lock files cannot be opened.
        """
        if self._acquire(timeout=0):
            return
        with turns.paused():
            acquired = self._acquire(timeout=timeout)
        if not acquired:
            raise OperationalError("database is locked: too many writers are waiting")

    def _acquire(self, *, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        if not self._threads.acquire(timeout=timeout):
            return False
        acquired = False
        try:
            acquired = self._processes.acquire(timeout=deadline - time.monotonic())
        except OSError as error:
            raise OperationalError(str(error)) from error
        finally:
            if not acquired:
                self._threads.release()
        return acquired

    def release(self) -> None:
        """End the turn."""
        self._processes.release()
        self._threads.release()


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
    """A connection that waits for its turn before it starts a transaction."""

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open a connection with the functions of `FoldedContains` and of session flags."""
        connection = super().get_new_connection(conn_params)
        self.session_flags: set[str] = set()
        flags = self.session_flags
        connection.create_function("session_flag", 1, lambda name: name in flags)
        connection.create_function("fold_text", 1, _fold_text, deterministic=True)
        return connection

    _queues: ClassVar[dict[str, WriterQueue]] = {}
    _held_queue: WriterQueue | None = None

    def _start_transaction_under_autocommit(self) -> None:
        # A connection that was closed in the middle of a transaction may still have its turn.
        self._end_turn()
        path = str(self.settings_dict["NAME"])
        queue = self._queues.setdefault(path, WriterQueue(path))
        queue.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5))
        self._held_queue = queue
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001
        """End the turn when the transaction ends, before its commit hooks run."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if autocommit:
            self._end_turn()

    def close(self) -> None:
        """Close the connection, and end the turn unless an atomic block is still open."""
        try:
            super().close()
        finally:
            if not self.in_atomic_block:
                self._end_turn()

    def _end_turn(self) -> None:
        queue, self._held_queue = self._held_queue, None
        if queue is not None:
            queue.release()
