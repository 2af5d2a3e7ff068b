"""Writers of one SQLite process stand in line."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from infra.db.sqlite.base import FairLock


def test_turns_come_in_the_order_of_arrival():
    turnstile, order = FairLock(), []
    assert turnstile.acquire(timeout=0)

    def visit(number: int) -> None:
        turnstile.acquire(timeout=30)
        order.append(number)
        turnstile.release()

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(5)]
    for waiting, thread in enumerate(threads, start=1):
        thread.start()
        while len(turnstile._waiting) < waiting:
            pass

    turnstile.release()
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_who_gives_up_is_no_longer_in_line():
    turnstile = FairLock()
    turnstile.acquire(timeout=0)

    assert not turnstile.acquire(timeout=0.01)

    turnstile.release()
    assert turnstile.acquire(timeout=0)


@pytest.fixture
def sqlite(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no queue of ours")


def write() -> bool:
    """Make a transaction on a connection of this thread's own."""
    try:
        with transaction.atomic():
            return connection.in_atomic_block
    finally:
        connection.close()


def test_a_transaction_lets_the_next_one_in_however_it_ends(sqlite: None):
    with transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(write).result(timeout=10)


def test_a_commit_hook_may_write(sqlite: None):
    written = []

    with transaction.atomic():
        transaction.on_commit(lambda: written.append(write()))

    assert written == [True]


def test_a_writer_that_waits_too_long_is_told_the_database_is_busy(
    sqlite: None, monkeypatch: pytest.MonkeyPatch
):
    """contract 0.11: an OperationalError, which the rim answers with 503."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)

    with (
        transaction.atomic(),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(OperationalError, match="locked"),
    ):
        pool.submit(write).result(timeout=10)
