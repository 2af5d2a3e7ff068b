"""Explain every page of the admin on a big installation: its statements and the time taken.

    python -m benchmarks.pages                      # a PostgreSQL of its own, 1,000,000 attempts
    python -m benchmarks.pages --attempts 100000    # quicker
    DATABASE_URL=postgresql://… python -m benchmarks.pages

The database must be expendable: it is seeded if it holds too few attempts. A superuser, a coach of
the biggest school and a coach of one class there open the front page, every coach page and every
list, each with each of its filters and some searches, through all of the middleware. Every
statement is explained just before it runs. Exits with 1 if a statement reads a whole big table or
sorts more than 20,000 rows, or if a page issues too many statements or takes too long.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from benchmarks.explain import prepare
from benchmarks.query_plans import Plan, PlanRecorder, big_tables
from tests import postgres

if TYPE_CHECKING:
    from benchmarks.admin_pages import Page, Viewer

APPS = ("analytics", "config", "logger", "roster", "study")
# Two of them read the session and the viewer.
MAX_STATEMENTS = {"list": 10, "front": 20, "page": 15}
LIMIT_MS = 500
WIDTH = 76


@dataclass(frozen=True, kw_only=True)
class PageResult:
    """The cost of one page; `skipped` is the reason why it was not opened."""

    viewer: str
    page: str
    statements: int = 0
    milliseconds: float = 0.0
    rows: int = 0
    scans: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    skipped: str = ""

    def line(self) -> str:
        """Return the result as a row of the table."""
        page = self.page if len(self.page) <= WIDTH else f"{self.page[: WIDTH - 1]}…"
        prefix = f"{self.viewer:20} {page:{WIDTH}}"
        if self.skipped:
            return f"{prefix} skipped: {self.skipped}"
        faults = f"   !! {'; '.join(self.faults)}" if self.faults else ""
        return (
            f"{prefix} {self.statements:5} {self.milliseconds:8.1f} {self.rows:6}"
            f"  {', '.join(self.scans)}{faults}"
        )


class StatementCounter:
    """Counts statements of every kind."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        """Count a statement, and execute it; see `connection.execute_wrapper`."""
        self.count += 1
        return execute(*args)


def measure_page(viewer: Viewer, page: Page, big: set[str]) -> PageResult:
    """Open a page, and return its cost."""
    if page.address is None:
        return PageResult(viewer=viewer.name, page=page.name, skipped="there is no such page yet")
    recorder, counter = PlanRecorder(), StatementCounter()
    with connection.execute_wrapper(counter), connection.execute_wrapper(recorder):
        try:
            status = viewer.client.get(page.address).status_code
        except NotImplementedError:
            return PageResult(
                viewer=viewer.name, page=page.name, skipped="it is not implemented yet"
            )
    plans = recorder.plans
    milliseconds = sum(plan.milliseconds for plan in plans)
    faults = [fault for plan in plans for fault in plan.faults(big)]
    if status != 200:
        faults.append(f"has status {status}")
    if counter.count > MAX_STATEMENTS[page.kind]:
        faults.append(f"issues {counter.count} statements, limit {MAX_STATEMENTS[page.kind]}")
    if milliseconds > LIMIT_MS:
        faults.append("is too slow")
    return PageResult(
        viewer=viewer.name,
        page=page.name,
        statements=counter.count,
        milliseconds=milliseconds,
        rows=max((plan.rows for plan in plans), default=0),
        scans=_scans(plans, big),
        faults=list(dict.fromkeys(faults)),
    )


def _scans(plans: list[Plan], big: set[str]) -> list[str]:
    """Return the indexes used, and the big tables that were read whole."""
    names = dict.fromkeys(scan for plan in plans for scan in plan.scans)
    return [scan for scan in names if not scan.startswith("SEQ ") or scan[4:] in big]


def measure_pages(only: str) -> Iterator[PageResult]:
    """Open the pages of every viewer whose line contains this text."""
    from benchmarks.admin_pages import pages, viewers  # noqa: PLC0415  # needs Django to be set up

    big = big_tables(*APPS)
    for viewer in viewers():
        for page in pages(viewer):
            if only in f"{viewer.name} {page.name}":
                yield measure_page(viewer, page, big)


def summarize(results: list[PageResult]) -> str:
    """Return the pages with faults, the slowest page and the one with the most statements."""
    opened = [result for result in results if not result.skipped]
    wrong = [result for result in opened if result.faults]
    skipped = len(results) - len(opened)
    slowest = max(opened, key=lambda result: result.milliseconds)
    busiest = max(opened, key=lambda result: result.statements)
    lines = [f"{len(opened)} pages opened, {skipped} skipped, {len(wrong)} with findings"]
    lines += [f"slowest: {slowest.line()}", f"most statements: {busiest.line()}"]
    return "\n".join([*lines, *(f"  {result.line()}" for result in wrong)])


def main(arguments: list[str] | None = None) -> int:
    """Measure the pages, print the results, and return 1 if any has faults."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="viewers and pages that contain this")
    parser.add_argument("--faults", action="store_true", help="print only what is wrong")
    options = parser.parse_args(arguments)
    if "DATABASE_URL" not in os.environ:
        passed_on = arguments if arguments is not None else sys.argv[1:]
        return postgres.main([sys.executable, "-m", "benchmarks.pages", *passed_on])
    prepare()

    from benchmarks.api_queries import seed_database  # noqa: PLC0415  # needs Django to be set up

    seed_database(options.attempts)
    print(f"{'viewer':20} {'page':{WIDTH}} stmts       ms   rows  scans")
    results = []
    for result in measure_pages(options.only):
        results.append(result)
        if result.faults or not options.faults:
            print(result.line(), flush=True)
    if not any(not result.skipped for result in results):
        parser.error("no page contains that")
    print(summarize(results))
    return int(any(result.faults for result in results))


if __name__ == "__main__":
    sys.exit(main())
