"""`python -m django measure`: measure requests on one database, for `benchmarks/bench.py`."""

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
from benchmarks.school import SchoolLearner, build_school
from benchmarks.server import running_server
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
        # An exception runs the cleanup of blocks, a signal does not.
        signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
        max_clients = max(clients)
        in_process.hide_log()
        call_command("migrate", verbosity=0)
        school = build_school(max(options["learners"], 3 * max_clients), at=timezone.now())
        _vacuum()
        writing, reading, repeating = (
            school.learners[group * max_clients : (group + 1) * max_clients] for group in range(3)
        )
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="learntrace-")))
            todo = [workloads.sql_workload(school.secret, repeating)]
            for kind in options["servers"]:
                server = stack.enter_context(
                    running_server(
                        kind,
                        workers=gunicorn.workers,
                        threads=gunicorn.threads,
                        log=folder / kind,
                    )
                )
                todo += workloads.server_workloads(
                    server, school.secret, writing=writing, reading=reading
                )
            run = Run(todo, rounds=options["rounds"], seconds=options["seconds"])
            measured = run.measure(clients)
        _check_stored(writing, run.answered[PUT])
        _check_stored(repeating, run.answered[BARE] + len(repeating) * sql_baseline.CAPTURED_PUTS)
        for line in table_lines(measured):
            self.stdout.write(line)


class Run:
    """Runs all workloads in turn, in rounds, so that noise of the machine affects all alike."""

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
                        result = self._run(work, clients, self.seconds)
                        spent = work.cpu_seconds() - before
                        measured[work.server, work.name][clients].add(result, spent)
                        bar.update()
        return measured

    def _run(self, work: Workload, clients: int, seconds: float) -> Round:
        result = work.run(clients, seconds)
        self.answered[work.name] += len(result.latencies)
        return result


def _vacuum() -> None:
    """Vacuum and analyze PostgreSQL's tables, as autovacuum would have done by now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _check_stored(learners: list[SchoolLearner], answered: int) -> None:
    """Raise an error if PUTs were not stored, or were stored twice."""
    stored = AttemptLog.objects.filter(
        session__in=[learner.session_id for learner in learners]
    ).count()
    if stored != answered:
        raise CommandError(f"{answered} PUTs were answered, but {stored} attempts are stored")


def table_lines(measured: Measured) -> Iterator[str]:
    """Yield a table for each server, including the bare statements, and the targets."""
    [sql_only] = [series for (_server, name), series in measured.items() if name == BARE]
    for server in dict.fromkeys(server for server, name in measured if name != BARE):
        works = {name: series for (owner, name), series in measured.items() if owner == server}
        works = {PUT: works[PUT], VALIDATED: works[VALIDATED], BARE: sql_only, **works}
        yield f"\n{server}"
        yield report.head()
        for clients in sql_only:
            for name, by_clients in works.items():
                yield report.line(
                    name,
                    clients,
                    by_clients[clients],
                    validated=None if name == BARE else works[VALIDATED][clients],
                    bare=sql_only[clients] if name == PUT else None,
                )
        yield from report.describe_targets(works[PUT], works[VALIDATED])
