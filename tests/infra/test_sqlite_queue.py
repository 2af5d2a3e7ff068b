"""The queue of writers in one SQLite process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from infra.db.sqlite.base import FairLock


def test_the_lock_is_granted_in_the_order_of_arrival():
    lock, order = FairLock(), []
    assert lock.acquire(timeout=0)

    def visit(number: int) -> None:
        lock.acquire(timeout=30)
        order.append(number)
        lock.release()

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(5)]
    for waiting, thread in enumerate(threads, start=1):
        thread.start()
        while len(lock._waiting) < waiting:
            pass

    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(5))


def test_a_waiter_that_times_out_leaves_the_queue():
    lock = FairLock()
    lock.acquire(timeout=0)

    assert not lock.acquire(timeout=0.01)

    lock.release()
    assert lock.acquire(timeout=0)


@pytest.fixture
def sqlite(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no queue of ours")


def write() -> bool:
    """Run a transaction on this thread's own connection."""
    try:
        with transaction.atomic():
            return connection.in_atomic_block
    finally:
        connection.close()


def test_a_committed_or_failed_transaction_releases_the_lock(sqlite: None):
    with transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(write).result(timeout=10)


def test_a_commit_hook_can_write(sqlite: None):
    written = []

    with transaction.atomic():
        transaction.on_commit(lambda: written.append(write()))

    assert written == [True]


def test_a_writer_that_waits_too_long_gets_an_error(sqlite: None, monkeypatch: pytest.MonkeyPatch):
    """contract 0.11: an OperationalError, to which the APIs answer 503."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)

    with (
        transaction.atomic(),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(OperationalError, match="locked"),
    ):
        pool.submit(write).result(timeout=10)
