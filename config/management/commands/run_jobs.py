"""`manage.py run_jobs`: run the installation's jobs in a process beside its servers."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from config import scheduler
from infra.exports.worker import Worker

log = structlog.get_logger(__name__)

TICK_SECONDS = 5


class Command(BaseCommand):
    help = (
        "Run the installation's jobs when they are due, until stopped. The server starts this "
        "command itself (RUN_JOBS); if several instances run, each job is still done by only one "
        "of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="run the jobs that are due now, then exit"
        )
        parser.add_argument(
            "--parent", type=int, metavar="PID",
            help="exit when this parent process has ended",
        )  # fmt: skip

    def handle(self, *_args: Any, once: bool, parent: int | None, **_options: Any) -> None:
        if once:
            scheduler.run_due(timezone.now())
            scheduler.run_exports(Worker(clock=timezone.now))
            return
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        exports_thread = Thread(target=_run_exports_until, args=[stop], name="exports")
        exports_thread.start()
        while not stop.is_set() and parent in (None, os.getppid()):
            _run_with_fresh_connections(
                lambda: scheduler.run_due(timezone.now(), stopping=stop.is_set, pause=stop.wait)
            )
            stop.wait(TICK_SECONDS)
        stop.set()
        exports_thread.join()


def _run_exports_until(stop: Event) -> None:
    """Make requested exports in a thread of their own, because they take minutes."""
    worker = Worker(clock=timezone.now, is_stopping=stop.is_set)
    while not stop.is_set():
        _run_with_fresh_connections(lambda: scheduler.run_exports(worker))
        stop.wait(TICK_SECONDS)


def _run_with_fresh_connections(work: Callable[[], None]) -> None:
    close_old_connections()
    try:
        work()
    except DatabaseError as error:
        log.warning("database_unavailable", error=str(error))
    finally:
        close_old_connections()
