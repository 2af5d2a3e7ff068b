"""Explain every documented list on a big installation: the indexes used and the time taken.

    python benchmarks/explain.py                      # a PostgreSQL of its own, 1,000,000 attempts
    python benchmarks/explain.py --attempts 50000     # quicker
    DATABASE_URL=postgresql://… python benchmarks/explain.py

The database must be expendable: if it holds too few attempts it is seeded
(`manage.py seed_demo --attempts`), and a few sessions are written. Requests go through the real
views; every statement is explained just before it runs. Prints a line for each request and exits
with 1 if a statement reads or sorts a whole big table, a list takes longer than 200 ms, or the
count that `page_size` asks for takes longer than a second.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.core.management import call_command
from django.db import connection

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.query_plans import PlanRecorder, big_tables  # after the path for runs as a script
from tests import postgres

if TYPE_CHECKING:
    from benchmarks.requests import Requests

LIMIT_MS = 200
# A count reads every row it counts; clients that need no count use a cursor (contract 0.14).
COUNT_LIMIT_MS = 1000
WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """The cost of one request."""

    caller: str
    request: str
    milliseconds: float
    count_ms: float
    rows: int
    scans: list[str]
    faults: list[str]

    def line(self) -> str:
        """Return the finding as a row of the table."""
        request = self.request.replace("/api/logger/", "")
        request = request if len(request) <= WIDTH else f"{request[: WIDTH - 1]}…"
        faults = f"   !! {'; '.join(self.faults)}" if self.faults else ""
        return (
            f"{self.caller:22} {request:{WIDTH}} {self.milliseconds:8.1f} {self.count_ms:7.1f}"
            f" {self.rows:6}  {', '.join(self.scans)}{faults}"
        )


def explain_requests(requests: Requests) -> Iterator[Finding]:
    """Make requests, and yield the cost of each."""
    big = big_tables("logger")
    for caller, name, call in requests:
        recorder = PlanRecorder()
        with connection.execute_wrapper(recorder):
            call()
        count_ms = sum(plan.milliseconds for plan in recorder.plans if plan.is_count)
        listing = sum(plan.milliseconds for plan in recorder.plans if not plan.is_count)
        faults = [fault for plan in recorder.plans for fault in plan.faults(big)]
        if listing > LIMIT_MS or count_ms > COUNT_LIMIT_MS:
            faults.append("is too slow")
        yield Finding(
            caller=caller,
            request=name,
            milliseconds=listing,
            count_ms=count_ms,
            rows=max((plan.rows for plan in recorder.plans), default=0),
            scans=list(dict.fromkeys(scan for plan in recorder.plans for scan in plan.scans)),
            faults=faults,
        )


def prepare() -> None:
    """Set up Django and migrate the database."""
    # Test settings: no connection pool, and pages need no collected static files.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"]
    # A busy server has no parallel workers to spare, and plans that use them vary between runs.
    os.environ["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
    django.setup()
    call_command("migrate", verbosity=0)


def main(arguments: list[str] | None = None) -> int:
    """Explain the requests, print the findings, and return 1 if any is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="callers and requests that contain this")
    parser.add_argument("--faults", action="store_true", help="print only what is wrong")
    options = parser.parse_args(arguments)
    if "DATABASE_URL" not in os.environ:
        return postgres.main([sys.executable, __file__, *(arguments or sys.argv[1:])])
    prepare()

    from benchmarks.api_queries import seed_database  # noqa: PLC0415  # needs Django to be set up
    from benchmarks.requests import all_requests  # noqa: PLC0415

    seed_database(options.attempts)
    chosen = (request for request in all_requests() if options.only in f"{request[0]} {request[1]}")
    print(f"{'caller':22} {'request':{WIDTH}}       ms   count   rows  scans")
    findings = []
    for finding in explain_requests(chosen):
        findings.append(finding)
        if finding.faults or not options.faults:
            print(finding.line(), flush=True)
    if not findings:
        parser.error("no request contains that")
    wrong = [finding for finding in findings if finding.faults]
    slowest = max(findings, key=lambda finding: finding.milliseconds)
    print(f"{len(findings)} requests, {len(wrong)} wrong; the slowest: {slowest.line()}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
