"""Databases that are away, full, read-only, locked or crowded, and what clients see of it."""

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
    exercise_of,
    summed_up,
    undocumented,
    work,
)
from benchmarks.faults.processes import Postgres, Service, until

Fault = Callable[[], AbstractContextManager[None]]
SMALL_DISK = "256m"
BALLAST_BYTES = 1024 * 1024
# Long enough for every process to hear of it, shorter than the server waits for a lock.
STOPPING_SECONDS = 2


def suffer(
    name: str,
    crowd: LoadClients,
    fault: Fault,
    *,
    seconds: float,
    may_read: bool = False,
) -> Verdict:
    """Let a crowd work through a fault of some seconds, and judge what it was told.

    Nothing but documented answers, none too late, some 503 (else the fault was none), and
    success again soon after, from the very same processes.
    """
    before = crowd.service.workers()
    wrong = []
    with crowd:
        began = time.monotonic()
        with fault():
            threading.Event().wait(seconds)
            during = [sighting for sighting in list(crowd.seen) if sighting.began >= began]
        ended = time.monotonic()
        try:
            until(
                lambda: crowd.count("write", 200, since=ended) > 0, "health", HEALTHY_WITHIN_SECONDS
            )
        except TimeoutError:
            wrong.append(f"still not healthy {HEALTHY_WITHIN_SECONDS} s afterwards")
        healthy = time.monotonic() - ended
    seen = [sighting for sighting in crowd.seen if sighting.began >= began]
    wrong += undocumented(seen)
    if not any(sighting.answer.status == 503 for sighting in seen):
        wrong.append("nobody noticed the fault")
    if may_read and any(s.answer.status != 200 for s in during if s.kind == "read"):
        wrong.append("reads were refused")
    if crowd.service.workers() != before:
        wrong.append("processes died")
    told = f"{summed_up(seen)}; well after {healthy:.1f} s"
    return Verdict(name=name, details=told, wrong=wrong)


def on_postgres(service: Service, postgres: Postgres, *, seconds: float) -> Iterator[Verdict]:
    """Do everything to a PostgreSQL that can happen to one."""

    def crowd(learner: str | None = None) -> LoadClients:
        return LoadClients(service, writers=14 if learner else 6, learner=learner)

    yield suffer("PostgreSQL away", crowd(), lambda: away(postgres), seconds=3 * seconds)
    yield suffer("connections cut", crowd(), lambda: cut(postgres), seconds=1)
    yield suffer(
        "PostgreSQL read-only", crowd(), lambda: read_only(postgres), seconds=seconds, may_read=True
    )
    yield suffer("no connection left", crowd(), lambda: crowded(postgres), seconds=seconds)
    learner = f"locked-{uuid4().hex[:8]}"
    yield suffer(
        "a learner locked", crowd(learner), lambda: locked(postgres, learner), seconds=2 * seconds
    )
    yield stopping(service, postgres)


@contextmanager
def away(postgres: Postgres) -> Iterator[None]:
    """Kill -9 PostgreSQL, and start it again in the end."""
    postgres.kill()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def cut(postgres: Postgres) -> Iterator[None]:
    """Cut every connection once."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    yield


@contextmanager
def read_only(postgres: Postgres) -> Iterator[None]:
    """Let nobody write."""
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
def crowded(postgres: Postgres) -> Iterator[None]:
    """Take every connection there is, the server's own too."""
    with ExitStack() as taken:
        first = taken.enter_context(postgres.connect())
        none_left = taken.enter_context(_taking_connections(postgres))

        def have_all() -> bool:
            none_left.clear()
            none_left.wait()
            return not first.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND application_name <> 'others'"
                " AND pid <> pg_backend_pid()"
            ).fetchall()

        until(have_all, "every connection")
        yield


@contextmanager
def _taking_connections(postgres: Postgres) -> Iterator[threading.Event]:
    """Take each connection as it becomes free; tells when there is none."""
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
    """Hold a learner's row."""
    with postgres.connect(autocommit=False) as connection:
        connection.execute("SELECT 1 FROM roster_user WHERE external_id = %s FOR UPDATE", [learner])
        yield
        connection.rollback()


def is_waiting(postgres: Postgres) -> bool:
    """Tell whether anybody waits for a lock."""
    with postgres.connect() as connection:
        found = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return bool(found and found[0])


def stopping(service: Service, postgres: Postgres) -> Verdict:
    """Ask the server to stop while a request is known to run: it is still answered."""
    api, learner = service.api(), f"stopping-{uuid4().hex[:8]}"
    session = json.loads(api.send("POST", START, exercise_of(learner)).body)["session_id"]
    with ThreadPoolExecutor(1) as pool:
        with locked(postgres, learner):
            moved = pool.submit(api.send, "PUT", f"{START}/{session}", work("q1"))
            until(lambda: is_waiting(postgres), "the request that runs")
            service.ask_to_stop()
            threading.Event().wait(STOPPING_SECONDS)
        answer = moved.result()
    service.restart()
    rows = attempts_of(session, postgres)
    wrong = [] if (answer.status, rows) == (200, 1) else [f"{answer}, {rows} attempts"]
    return Verdict(name="kill -TERM", details=f"the running request: {answer.status}", wrong=wrong)


def attempts_of(session: str, postgres: Postgres) -> int:
    """Count the attempts of a session."""
    with postgres.connect() as connection:
        found = connection.execute(
            "SELECT count(*) FROM logger_attemptlog WHERE session_id = %s", [session]
        ).fetchone()
    return found[0] if found else 0


# A disk of our own.


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk there; tells whether that was allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", str(folder)]
    mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def full(folder: Path, postgres: Postgres | None = None) -> Iterator[None]:
    """Leave no room on the disk of this folder; a PostgreSQL that fell over it is started again."""
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
