"""`measure_parts`: print the limits and the parts of a PUT as JSON, for `benchmarks/bench.py`."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from benchmarks import sql_baseline
from benchmarks.databases import process_of
from benchmarks.report import Series
from benchmarks.school import School, build_request, learner_name
from benchmarks.server import cpu_seconds
from benchmarks.workloads import NO_OP_PATH
from logger.models import AttemptLog

ROUNDS = 3
BATCHES = 20
WARM_UP_SECONDS = 0.3


class Command(BaseCommand):
    help = "Measure the bare statements of PUTs, and the parts of a PUT's time in process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", nargs="+", type=int, required=True)
        parser.add_argument("--seconds", type=float, required=True)
        parser.add_argument("--puts", type=int, required=True)

    def handle(
        self, *_args: Any, clients: list[int], seconds: float, puts: int, **_options: Any
    ) -> None:
        # Before the application is created, which reads the list.
        settings.MIDDLEWARE.append("benchmarks.parts.mark_view")
        from benchmarks import in_process  # noqa: PLC0415

        in_process.hide_log()
        school = School(key="", logins=json.load(sys.stdin))
        no_op = in_process.prepared(
            build_request("GET", NO_OP_PATH, school.headers_of(learner_name(0)))
        )
        limits = {
            "bare": [asdict(series) for series in _measure_bare(school, clients, seconds)],
            "no_op_milliseconds": in_process.undisturbed(
                in_process.processor_milliseconds([no_op] * puts)
            ),
            "parts": _measure_parts(school, puts // BATCHES),
        }
        self.stdout.write(json.dumps(limits))


def _measure_bare(school: School, levels: list[int], seconds: float) -> Iterator[Series]:
    """Yield the series of the bare statements for each number of clients."""
    from benchmarks.in_process import prepared_puts  # noqa: PLC0415

    attempts, executed, clients = AttemptLog.objects.count(), 0, []
    for number in range(max(levels)):
        [put] = prepared_puts(school.headers_of(learner_name(number)), 1)
        clients.append(sql_baseline.BarePut(sql_baseline.capture(put)))
    database = process_of(os.environ["DATABASE_URL"])
    for level in levels:
        series = Series()
        warm_up = sql_baseline.run_clients(clients[:level], seconds=WARM_UP_SECONDS)
        executed += len(warm_up.latencies)
        for _round in range(ROUNDS):
            before, database_before = time.process_time(), cpu_seconds(database)
            result = sql_baseline.run_clients(clients[:level], seconds=seconds)
            series.add(
                result,
                server=time.process_time() - before,
                database=cpu_seconds(database) - database_before,
            )
            executed += len(result.latencies)
        yield series
    executed += len(clients) * sql_baseline.CAPTURED_PUTS
    stored = AttemptLog.objects.count() - attempts
    if stored != executed:
        raise CommandError(f"the statements of {executed} PUTs stored {stored} attempts")


def _measure_parts(school: School, puts: int) -> dict[str, tuple[float, float]]:
    """Return processor and elapsed milliseconds of each part, in the batch that took the least."""
    from benchmarks import parts  # noqa: PLC0415
    from benchmarks.in_process import prepared_puts  # noqa: PLC0415

    parts.instrument()
    batches = []
    for _batch in range(1 + BATCHES):
        calls = prepared_puts(school.headers_of(learner_name(0)), puts)
        parts.clock.restart()
        for put in calls:
            put()
        parts.clock.switch(parts.MIDDLEWARE)
        batches.append((parts.clock.processor, parts.clock.elapsed))
    processor, elapsed = min(batches[1:], key=lambda batch: sum(batch[0].values()))
    return {
        part: (1000 * processor[part] / puts, 1000 * elapsed[part] / puts) for part in parts.PARTS
    }
