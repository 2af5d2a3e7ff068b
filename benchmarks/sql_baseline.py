"""The limit of a PUT: its SQL statements, captured and issued again without Django.

Parameters that differ between two equal PUTs in a row (the new attempt's id and position,
counters, times) get fresh values in each repetition; all others, probabilities included, are
issued as captured. This measures the driver and the database: the statements go over
connections of the bare driver, one per thread, in the form in which the product sends them
(prepared on PostgreSQL, unless DATABASE_PREPARE says otherwise).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from uuid_utils.compat import uuid7

from benchmarks.load import Round
from config.settings import ON_SQLITE, SQLITE_OPTIONS
from infra.fair_lock import FairLock

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_TIMEOUT_SECONDS = 30
CAPTURED_PUTS = 3
BEGIN = "BEGIN IMMEDIATE" if ON_SQLITE else "BEGIN"

# The product queues its writers on SQLite, so this does too.
_write_lock = FairLock()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a PUT, and the indexes of the parameters that differ between PUTs."""

    sql: str
    parameters: tuple[Any, ...]
    in_transaction: bool
    varying: tuple[int, ...] = ()

    def bind(self, turn: int, now: datetime) -> tuple[Any, ...]:
        """Return the parameters for one more repetition."""
        parameters = list(self.parameters)
        for index in self.varying:
            parameters[index] = _fresh_value(parameters[index], turn, now)
        return tuple(parameters)


def _fresh_value(value: Any, turn: int, now: datetime) -> Any:
    """Return a value of the same kind that no repetition has used before."""
    if isinstance(value, int):
        return value + turn
    if isinstance(value, datetime):
        return now
    if isinstance(value, UUID):
        return uuid7()
    if isinstance(value, str):
        return _fresh_text(value, now)
    return value


def _fresh_text(text: str, now: datetime) -> str:
    """Return a fresh id or time as SQLite stores it; return JSON unchanged."""
    if len(text) == 32:
        return uuid7().hex
    return text if text[:1] in "[{" else str(now.replace(tzinfo=None))


def capture(make_put: Callable[[], object]) -> list[Statement]:
    """Make equal PUTs, `CAPTURED_PUTS` in number, and return the statements of the last."""
    make_put()  # The first PUT finds no rows to read, and records the first use of the key.
    first, second = _capture_statements(make_put), _capture_statements(make_put)
    if [statement.sql for statement in first] != [statement.sql for statement in second]:
        raise RuntimeError("two equal PUTs took different statements")
    return [
        Statement(
            sql=_driver_sql(later),
            parameters=later.parameters,
            in_transaction=later.in_transaction,
            varying=_differing_indexes(earlier.parameters, later.parameters),
        )
        for earlier, later in zip(first, second, strict=True)
    ]


def _capture_statements(make_put: Callable[[], object]) -> list[Statement]:
    statements: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        inside = context["connection"].in_atomic_block
        if not sql.startswith("BEGIN"):
            statements.append(
                Statement(sql=sql, parameters=tuple(params or ()), in_transaction=inside)
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        make_put()
    return statements


def _driver_sql(statement: Statement) -> str:
    return statement.sql % (("?",) * len(statement.parameters)) if ON_SQLITE else statement.sql


def _differing_indexes(one: Sequence[Any], other: Sequence[Any]) -> tuple[int, ...]:
    pairs = zip(one, other, strict=True)
    return tuple(index for index, (this, that) in enumerate(pairs) if this != that)


class BarePut:
    """The repeated PUT of one client, with a connection of its own."""

    def __init__(self, statements: list[Statement]) -> None:
        self.raw = _connect()
        self.before = [statement for statement in statements if not statement.in_transaction]
        self.inside = [statement for statement in statements if statement.in_transaction]
        self.turn = 0

    def perform(self) -> None:
        """Issue the statements once: those of authentication, then the transaction."""
        self.turn += 1
        now = datetime.now(UTC)
        for statement in self.before:
            _issue(self.raw, statement.sql, statement.bind(self.turn, now))
        with _exclusive_write():
            _issue(self.raw, BEGIN)
            for statement in self.inside:
                _issue(self.raw, statement.sql, statement.bind(self.turn, now))
            _issue(self.raw, "COMMIT")


def _issue(raw: Any, sql: str, parameters: tuple[Any, ...] = ()) -> None:
    cursor = raw.execute(sql, parameters)
    if cursor.description:
        cursor.fetchall()


@contextmanager
def _hold_write_lock() -> Iterator[None]:
    if not _write_lock.acquire(timeout=LOCK_TIMEOUT_SECONDS):
        raise TimeoutError("too many writers are waiting")
    try:
        yield
    finally:
        _write_lock.release()


def _exclusive_write() -> AbstractContextManager[None]:
    return _hold_write_lock() if ON_SQLITE else nullcontext()


def _connect() -> Any:
    if ON_SQLITE:
        raw = sqlite3.connect(
            settings.DATABASES["default"]["NAME"],
            isolation_level=None, timeout=LOCK_TIMEOUT_SECONDS, check_same_thread=False,
        )  # fmt: skip
        raw.executescript(SQLITE_OPTIONS["init_command"])
        return raw
    threshold = settings.DATABASES["default"]["OPTIONS"].get("prepare_threshold")
    return psycopg.connect(
        os.environ["DATABASE_URL"],
        autocommit=True,
        prepare_threshold=threshold,
        cursor_factory=psycopg.ClientCursor if threshold is None else psycopg.Cursor,
    )


def run_clients(clients: Sequence[BarePut], *, seconds: float) -> Round:
    """Let each client repeat its PUT in a thread of its own, for some seconds."""
    result, lock = Round(seconds=seconds), threading.Lock()
    start = threading.Barrier(len(clients))
    errors: list[BaseException] = []

    def work(client: BarePut) -> None:
        try:
            start.wait()
            end = time.perf_counter() + seconds
            while (started := time.perf_counter()) < end:
                client.perform()
                now = time.perf_counter()
                with lock:
                    result.record(now - started, in_time=now <= end)
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            start.abort()
            errors.append(error)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return result
