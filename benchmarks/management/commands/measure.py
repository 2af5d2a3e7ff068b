"""`python -m django measure`: one database's part of `benchmarks/bench.py`."""

from __future__ import annotations

import signal
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from benchmarks import in_process, report, sql_baseline, workloads
from benchmarks.load import Round
from benchmarks.report import Series
from benchmarks.school import Pupil, build_school
from benchmarks.server import serving
from benchmarks.workloads import BARE, PUT, VALIDATED, Workload
from config import gunicorn
from logger.models import AttemptLog

WARM_UP_SECONDS = 0.25

Measured = dict[tuple[str, str], dict[int, Series]]


class Command(BaseCommand):
    help = "Fill an empty database with a school and measure requests against it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--servers", nargs="+", required=True)
        parser.add_argument("--clients", nargs="+", type=int, required=True)
        parser.add_argument("--rounds", type=int, required=True)
        parser.add_argument("--seconds", type=float, required=True)
        parser.add_argument("--learners", type=int, required=True)

    def handle(self, *_args: Any, clients: list[int], **options: Any) -> None:
        # Python leaves its blocks in order at an exception, not at a signal.
        signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
        most = max(clients)
        in_process.hide_log()
        call_command("migrate", verbosity=0)
        school = build_school(max(options["learners"], 3 * most), at=timezone.now())
        _tidy()
        writing, reading, repeating = (
            school.pupils[group * most : (group + 1) * most] for group in range(3)
        )
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="learntrace-")))
            todo = [workloads.without_server(school.secret, repeating)]
            for kind in options["servers"]:
                server = stack.enter_context(
                    serving(
                        kind,
                        workers=gunicorn.workers,
                        threads=gunicorn.threads,
                        log=folder / kind,
                    )
                )
                todo += workloads.of_server(server, school.secret, writing=writing, reading=reading)
            run = Run(todo, rounds=options["rounds"], seconds=options["seconds"])
            measured = run.measure(clients)
        _check_stored(writing, run.answered[PUT])
        _check_stored(repeating, run.answered[BARE] + len(repeating) * sql_baseline.CAPTURED)
        for line in lines_of(measured):
            self.stdout.write(line)


class Run:
    """Every workload in turn, round after round, so that noise of the machine hits all alike."""

    def __init__(self, todo: list[Workload], *, rounds: int, seconds: float) -> None:
        self.todo = todo
        self.rounds = rounds
        self.seconds = seconds
        self.answered: Counter[str] = Counter()

    def measure(self, levels: list[int]) -> Measured:
        """Return the series of each server and workload, by the number of clients."""
        measured: Measured = {
            (work.server, work.name): {clients: Series() for clients in levels}
            for work in self.todo
        }
        with tqdm(
            total=len(levels) * self.rounds * len(self.todo), leave=False, disable=None
        ) as bar:
            for clients in levels:
                for work in self.todo:
                    self._run(work, clients, WARM_UP_SECONDS)
                for _round in range(self.rounds):
                    for work in self.todo:
                        before = work.cpu_seconds()
                        done = self._run(work, clients, self.seconds)
                        spent = work.cpu_seconds() - before
                        measured[work.server, work.name][clients].add(done, spent)
                        bar.update()
        return measured

    def _run(self, work: Workload, clients: int, seconds: float) -> Round:
        done = work.run(clients, seconds)
        self.answered[work.name] += len(done.latencies)
        return done


def _tidy() -> None:
    """Let PostgreSQL know its tables, as autovacuum would have by now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _check_stored(pupils: list[Pupil], answered: int) -> None:
    """Refuse figures of work that was not done, or done twice."""
    stored = AttemptLog.objects.filter(session__in=[pupil.session_id for pupil in pupils]).count()
    if stored != answered:
        raise CommandError(f"{answered} PUTs were answered, but {stored} attempts are stored")


def lines_of(measured: Measured) -> Iterator[str]:
    """Write a table for each server, with the bare statements in it, and how far the aims are."""
    [without] = [series for (_server, name), series in measured.items() if name == BARE]
    for server in dict.fromkeys(server for server, name in measured if name != BARE):
        works = {name: series for (where, name), series in measured.items() if where == server}
        works = {PUT: works[PUT], VALIDATED: works[VALIDATED], BARE: without, **works}
        yield f"\n{server}"
        yield report.head()
        for clients in without:
            for name, by_clients in works.items():
                yield report.line(
                    name,
                    clients,
                    by_clients[clients],
                    validated=None if name == BARE else works[VALIDATED][clients],
                    bare=without[clients] if name == PUT else None,
                )
        yield from report.aims(works[PUT], works[VALIDATED])
