"""Explain every documented list on a big installation: which indexes serve it, and how fast.

    python benchmarks/explain.py                      # a PostgreSQL of its own, 1,000,000 attempts
    python benchmarks/explain.py --attempts 50000     # quicker
    DATABASE_URL=postgresql://… python benchmarks/explain.py

The database must be one to play with: where it holds too few attempts it is seeded
(`manage.py seed_demo --attempts`), and a few sessions are written. Requests go through the real
views; every statement is explained just before it runs. Prints a line for each request and exits
1 where a statement reads or sorts a big table whole, a list takes longer than 200 ms, or the count
that `page_size` asks for longer than a second.
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

from benchmarks.query_plans import Watch, big_tables  # run as a script, too
from tests import postgres

if TYPE_CHECKING:
    from benchmarks.requests import Requests

LIMIT_MS = 200
# A count reads all that it counts; clients that need none use a cursor (contract 0.14).
COUNT_LIMIT_MS = 1000
WIDTH = 100


@dataclass(frozen=True)
class Finding:
    """What one request cost."""

    caller: str
    request: str
    milliseconds: float
    counting: float
    rows: int
    scans: list[str]
    faults: list[str]

    def line(self) -> str:
        """Write it as a row of the table."""
        request = self.request.replace("/api/logger/", "")
        request = request if len(request) <= WIDTH else f"{request[: WIDTH - 1]}…"
        faults = f"   !! {'; '.join(self.faults)}" if self.faults else ""
        return (
            f"{self.caller:22} {request:{WIDTH}} {self.milliseconds:8.1f} {self.counting:7.1f}"
            f" {self.rows:6}  {', '.join(self.scans)}{faults}"
        )


def explained(requests: Requests) -> Iterator[Finding]:
    """Make requests, and yield what each cost."""
    big = big_tables("logger")
    for caller, name, call in requests:
        watch = Watch()
        with connection.execute_wrapper(watch):
            call()
        counting = sum(plan.milliseconds for plan in watch.plans if plan.counts)
        listing = sum(plan.milliseconds for plan in watch.plans if not plan.counts)
        faults = [fault for plan in watch.plans for fault in plan.faults(big)]
        if listing > LIMIT_MS or counting > COUNT_LIMIT_MS:
            faults.append("takes too long")
        yield Finding(
            caller=caller,
            request=name,
            milliseconds=listing,
            counting=counting,
            rows=max((plan.rows for plan in watch.plans), default=0),
            scans=list(dict.fromkeys(scan for plan in watch.plans for scan in plan.scans)),
            faults=faults,
        )


def prepare() -> None:
    """Bring the database up to date."""
    # The tests' settings: no pool, and pages that need no gathered static files.
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["TEST_DATABASE_URL"] = os.environ["DATABASE_URL"]
    # A busy server has no workers to spare; and with them plans depend on the moment.
    os.environ["PGOPTIONS"] = "-c max_parallel_workers_per_gather=0"
    django.setup()
    call_command("migrate", verbosity=0)


def main(arguments: list[str] | None = None) -> int:
    """Explain, print, and return 1 where anything would get slow."""
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

    from benchmarks.api_queries import sow  # noqa: PLC0415  # models, once Django is set up
    from benchmarks.requests import all_requests  # noqa: PLC0415

    sow(options.attempts)
    chosen = (request for request in all_requests() if options.only in f"{request[0]} {request[1]}")
    print(f"{'caller':22} {'request':{WIDTH}}       ms   count   rows  scans")
    findings = []
    for finding in explained(chosen):
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
