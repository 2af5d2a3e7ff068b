"""Databases that are down, full, read-only, locked or overloaded, as clients see them."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg

from benchmarks.faults.load_clients import (
    HEALTHY_WITHIN_SECONDS,
    START,
    LoadClients,
    Verdict,
    answer_body,
    exercise_body,
    find_undocumented,
    summarize,
)
from benchmarks.faults.processes import Postgres, Service, wait_until

Fault = Callable[[], AbstractContextManager[None]]
SMALL_DISK = "256m"
BALLAST_BYTES = 1024 * 1024
# Long enough for every process to notice, shorter than the server's lock timeout.
STOPPING_SECONDS = 2


def run_fault(
    name: str,
    clients: LoadClients,
    fault: Fault,
    *,
    seconds: float,
    may_read: bool = False,
) -> Verdict:
    """Let clients work through a fault of some seconds, and check their responses.

    All responses must be documented and none too late, some must be 503 (else the fault had no
    effect), and requests must succeed again soon afterwards, served by the very same processes.
    """
    before = clients.service.workers()
    wrong = []
    with clients:
        started = time.monotonic()
        with fault():
            threading.Event().wait(seconds)
            during = [
                observation
                for observation in list(clients.observations)
                if observation.started >= started
            ]
        ended = time.monotonic()
        try:
            wait_until(
                lambda: clients.count("write", 200, since=ended) > 0,
                "health",
                HEALTHY_WITHIN_SECONDS,
            )
        except TimeoutError:
            wrong.append(f"still not healthy {HEALTHY_WITHIN_SECONDS} s afterwards")
        recovery_seconds = time.monotonic() - ended
    observations = [
        observation for observation in clients.observations if observation.started >= started
    ]
    wrong += find_undocumented(observations)
    if not any(observation.response.status == 503 for observation in observations):
        wrong.append("no client noticed the fault")
    if may_read and any(
        observation.response.status != 200 for observation in during if observation.kind == "read"
    ):
        wrong.append("reads were refused")
    if clients.service.workers() != before:
        wrong.append("processes died")
    details = f"{summarize(observations)}; healthy after {recovery_seconds:.1f} s"
    return Verdict(name=name, details=details, wrong=wrong)


def postgres_outages(service: Service, postgres: Postgres, *, seconds: float) -> Iterator[Verdict]:
    """Run every kind of outage of PostgreSQL."""

    def make_clients(learner: str | None = None) -> LoadClients:
        return LoadClients(service, writers=14 if learner else 6, learner=learner)

    yield run_fault(
        "PostgreSQL down", make_clients(), lambda: database_down(postgres), seconds=3 * seconds
    )
    yield run_fault("connections cut", make_clients(), lambda: connections_cut(postgres), seconds=1)
    yield run_fault(
        "PostgreSQL read-only",
        make_clients(),
        lambda: read_only(postgres),
        seconds=seconds,
        may_read=True,
    )
    yield run_fault(
        "no connection left", make_clients(), lambda: no_connection_left(postgres), seconds=seconds
    )
    learner = f"locked-{uuid4().hex[:8]}"
    yield run_fault(
        "a learner locked",
        make_clients(learner),
        lambda: locked(postgres, learner),
        seconds=2 * seconds,
    )
    yield stop_during_request(service, postgres)


@contextmanager
def database_down(postgres: Postgres) -> Iterator[None]:
    """Kill PostgreSQL (-9), and start it again afterwards."""
    postgres.kill()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def connections_cut(postgres: Postgres) -> Iterator[None]:
    """Terminate every connection once."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    yield


@contextmanager
def read_only(postgres: Postgres) -> Iterator[None]:
    """Make the database read-only."""
    postgres.execute(
        "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()"
    )
    try:
        yield
    finally:
        postgres.execute(
            "ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()"
        )


@contextmanager
def no_connection_left(postgres: Postgres) -> Iterator[None]:
    """Take every available connection, the server's own too."""
    with ExitStack() as taken:
        first = taken.enter_context(postgres.connect())
        none_left = taken.enter_context(_take_connections(postgres))

        def has_all() -> bool:
            none_left.clear()
            none_left.wait()
            return not first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND application_name <> 'others'"
                " AND pid <> pg_backend_pid()"
            ).fetchall()

        wait_until(has_all, "every connection")
        yield


@contextmanager
def _take_connections(postgres: Postgres) -> Iterator[threading.Event]:
    """Take each connection as it becomes free; set the event when none is left."""
    taken: list[psycopg.Connection[object]] = []
    none_left, enough = threading.Event(), threading.Event()

    def take() -> None:
        while not enough.is_set():
            try:
                taken.append(psycopg.connect(postgres.url, application_name="others"))
            except psycopg.OperationalError:
                none_left.set()
                enough.wait(0.001)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield none_left
    finally:
        enough.set()
        thread.join()
        for connection in taken:
            connection.close()


@contextmanager
def locked(postgres: Postgres, learner: str) -> Iterator[None]:
    """Hold the lock of a learner's row."""
    with postgres.connect(autocommit=False) as connection:
        connection.execute("SELECT 1 FROM roster_user WHERE external_id = %s FOR UPDATE", [learner])
        yield
        connection.rollback()


def has_lock_waiters(postgres: Postgres) -> bool:
    """Return whether a session waits for a lock."""
    with postgres.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return bool(row and row[0])


def stop_during_request(service: Service, postgres: Postgres) -> Verdict:
    """Stop the server during a request: the request must still be answered."""
    api, learner = service.api(), f"stopping-{uuid4().hex[:8]}"
    session = json.loads(api.send("POST", START, exercise_body(learner)).body)["session_id"]
    with ThreadPoolExecutor(1) as pool:
        with locked(postgres, learner):
            pending = pool.submit(api.send, "PUT", f"{START}/{session}", answer_body("q1"))
            wait_until(lambda: has_lock_waiters(postgres), "the request that runs")
            service.ask_to_stop()
            threading.Event().wait(STOPPING_SECONDS)
        response = pending.result()
    service.restart()
    rows = count_attempts(session, postgres)
    wrong = [] if (response.status, rows) == (200, 1) else [f"{response}, {rows} attempts"]
    return Verdict(
        name="kill -TERM", details=f"the running request: {response.status}", wrong=wrong
    )


def count_attempts(session: str, postgres: Postgres) -> int:
    """Return the number of attempts of a session."""
    with postgres.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM logger_attemptlog WHERE session_id = %s", [session]
        ).fetchone()
    return row[0] if row else 0


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk on a folder; yield whether that was permitted."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def full_disk(folder: Path, postgres: Postgres | None = None) -> Iterator[None]:
    """Fill the disk of a folder; restart a PostgreSQL that crashed because of it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            os.write(file.fileno(), b"\0" * BALLAST_BYTES)
    try:
        yield
    finally:
        ballast.unlink()
        if postgres is not None and not postgres.is_running():
            postgres.start()
