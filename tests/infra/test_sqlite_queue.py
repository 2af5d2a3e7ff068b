"""The queue of writers to SQLite, of one process and of several."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from infra.db.sqlite.base import WriterQueue
from infra.fair_lock import FairLock
from infra.process_queue import ProcessQueue


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


CHILD = """
import sys
from infra.process_queue import ProcessQueue
queue = ProcessQueue(sys.argv[1])
for _line in sys.stdin:
    print(queue.acquire(timeout=float(sys.argv[2])), flush=True)
    sys.stdin.readline()
    queue.release()
    print("released", flush=True)
"""


class OtherProcess:
    """Another process that acquires and releases the queue of a file."""

    def __init__(self, path: Path, *, timeout: float = 30) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), str(timeout)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def send(self) -> None:
        assert self.process.stdin is not None
        print("next", file=self.process.stdin, flush=True)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def start_process(tmp_path: Path) -> Iterator[Callable[..., OtherProcess]]:
    started: list[OtherProcess] = []

    def start(**options: float) -> OtherProcess:
        started.append(OtherProcess(tmp_path / "database", **options))
        return started[-1]

    yield start
    for other in started:
        other.process.kill()
        other.process.communicate()


def test_processes_take_turns(tmp_path: Path, start_process: Callable[..., OtherProcess]):
    """The process that releases its turn does not get the next one before those that wait."""
    queue, other = ProcessQueue(str(tmp_path / "database")), start_process()
    assert queue.acquire(timeout=0)
    other.send()
    while _is_free(tmp_path / "database-next"):
        pass

    queue.release()

    assert not queue.acquire(timeout=0)
    assert other.line() == "True"
    other.send()
    assert other.line() == "released"
    assert queue.acquire(timeout=30)


def test_a_killed_process_loses_its_turn(
    tmp_path: Path, start_process: Callable[..., OtherProcess]
):
    queue, other = ProcessQueue(str(tmp_path / "database")), start_process()
    other.send()
    assert other.line() == "True"
    assert not queue.acquire(timeout=0)

    other.process.kill()

    assert queue.acquire(timeout=30)


def test_a_process_that_waits_too_long_gives_up(
    tmp_path: Path, start_process: Callable[..., OtherProcess]
):
    queue, other = ProcessQueue(str(tmp_path / "database")), start_process(timeout=0.01)
    assert queue.acquire(timeout=0)

    other.send()

    assert other.line() == "False"
    queue.release()
    assert queue.acquire(timeout=0)


def test_a_database_whose_folder_is_gone_is_unavailable(tmp_path: Path):
    queue = WriterQueue(str(tmp_path / "missing" / "database"))

    for _attempt in range(2):
        with pytest.raises(OperationalError, match="missing"):
            queue.acquire(timeout=1)


def _is_free(path: Path) -> bool:
    """Return whether nobody has locked a file."""
    if not path.exists():
        return True
    with path.open() as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
