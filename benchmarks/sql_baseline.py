"""Baseline (b): the SQL of a PUT, captured from one and issued again without Django.

What differs between two equal PUTs in a row (the new attempt's id and position, counters, times)
is what each repetition needs afresh; all else, probabilities included, is issued as captured.
Timed is the driver and the database: the statements go over connections of the bare driver, one a
thread, in the form the product sends them (on PostgreSQL prepared, unless DATABASE_PREPARE says
otherwise).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
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
from infra.db.sqlite.base import FairLock

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_SECONDS = 30
CAPTURED = 3
BEGIN = "BEGIN IMMEDIATE" if ON_SQLITE else "BEGIN"

# Writers of the product stand in line on SQLite, so these do, too.
_turnstile = FairLock()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a PUT, and which of its parameters each PUT has of its own."""

    sql: str
    parameters: tuple[Any, ...]
    in_transaction: bool
    own: tuple[int, ...] = ()

    def bound(self, turn: int, now: datetime) -> tuple[Any, ...]:
        """Return the parameters for one more repetition."""
        parameters = list(self.parameters)
        for index in self.own:
            parameters[index] = _fresh(parameters[index], turn, now)
        return tuple(parameters)


def _fresh(value: Any, turn: int, now: datetime) -> Any:
    """Return a value of the same kind that no repetition had before."""
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
    """Return a fresh id or time as SQLite keeps them; JSON stays as it is."""
    if len(text) == 32:
        return uuid7().hex
    return text if text[:1] in "[{" else str(now.replace(tzinfo=None))


def capture(make_put: Callable[[], object]) -> list[Statement]:
    """Make equal PUTs, `CAPTURED` in number, and return the statements of the last."""
    make_put()  # A session's first finds nothing to read, and the key's first notes its use.
    first, second = _statements(make_put), _statements(make_put)
    if [statement.sql for statement in first] != [statement.sql for statement in second]:
        raise RuntimeError("two equal PUTs took different statements")
    return [
        Statement(
            sql=_as_driver_spells(then),
            parameters=then.parameters,
            in_transaction=then.in_transaction,
            own=_differing(now.parameters, then.parameters),
        )
        for now, then in zip(first, second, strict=True)
    ]


def _statements(make_put: Callable[[], object]) -> list[Statement]:
    taken: list[Statement] = []

    def take(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        inside = context["connection"].in_atomic_block
        if not sql.startswith("BEGIN"):
            taken.append(Statement(sql=sql, parameters=tuple(params or ()), in_transaction=inside))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take):
        make_put()
    return taken


def _as_driver_spells(statement: Statement) -> str:
    return statement.sql % (("?",) * len(statement.parameters)) if ON_SQLITE else statement.sql


def _differing(one: Sequence[Any], other: Sequence[Any]) -> tuple[int, ...]:
    pairs = zip(one, other, strict=True)
    return tuple(index for index, (this, that) in enumerate(pairs) if this != that)


class BarePut:
    """One client's PUT, as often as wanted."""

    def __init__(self, statements: list[Statement]) -> None:
        self.before = [statement for statement in statements if not statement.in_transaction]
        self.inside = [statement for statement in statements if statement.in_transaction]
        self.turn = 0

    def perform(self, bare: Any) -> None:
        """Issue the statements once: authentication's, then the transaction."""
        self.turn += 1
        now = datetime.now(UTC)
        for statement in self.before:
            _issue(bare, statement.sql, statement.bound(self.turn, now))
        with _in_line():
            _issue(bare, BEGIN)
            for statement in self.inside:
                _issue(bare, statement.sql, statement.bound(self.turn, now))
            _issue(bare, "COMMIT")


def _issue(bare: Any, sql: str, parameters: tuple[Any, ...] = ()) -> None:
    cursor = bare.execute(sql, parameters)
    if cursor.description:
        cursor.fetchall()


@contextmanager
def _queued() -> Iterator[None]:
    if not _turnstile.acquire(timeout=LINE_SECONDS):
        raise TimeoutError("too many writers are waiting")
    try:
        yield
    finally:
        _turnstile.release()


def _in_line() -> AbstractContextManager[None]:
    return _queued() if ON_SQLITE else nullcontext()


def _connect() -> Any:
    if ON_SQLITE:
        bare = sqlite3.connect(
            settings.DATABASES["default"]["NAME"],
            isolation_level=None, timeout=LINE_SECONDS, check_same_thread=False,
        )  # fmt: skip
        bare.executescript(SQLITE_OPTIONS["init_command"])
        return bare
    threshold = settings.DATABASES["default"]["OPTIONS"].get("prepare_threshold")
    return psycopg.connect(
        os.environ["DATABASE_URL"],
        autocommit=True,
        prepare_threshold=threshold,
        cursor_factory=psycopg.ClientCursor if threshold is None else psycopg.Cursor,
    )


def drive(clients: Sequence[BarePut], *, seconds: float) -> Round:
    """Let each client repeat its PUT in a thread of its own, for so long."""
    done, lock = Round(seconds=seconds), threading.Lock()
    start = threading.Barrier(len(clients))
    errors: list[BaseException] = []

    def work(client: BarePut) -> None:
        try:
            with closing(_connect()) as bare:
                start.wait()
                end = time.perf_counter() + seconds
                while (began := time.perf_counter()) < end:
                    client.perform(bare)
                    now = time.perf_counter()
                    with lock:
                        done.note(now - began, in_time=now <= end)
        except BaseException as error:  # noqa: BLE001  # told to whoever started the thread
            start.abort()
            errors.append(error)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return done
