"""Explain every page of the admin on a big installation: how many statements, and how fast.

    python -m benchmarks.pages                      # a PostgreSQL of its own, 1,000,000 attempts
    python -m benchmarks.pages --attempts 100000    # quicker
    DATABASE_URL=postgresql://… python -m benchmarks.pages

The database must be one to play with: it is seeded where it holds too few attempts. A superuser,
a coach of the biggest school and a coach of one class there open the front page, every coach page
and every list, each with each of its filters and some searches, through all of the middleware.
Every statement is explained just before it runs. Exits 1 where one reads a big table whole or
sorts more than 20,000 rows, where a page asks more than it may, or takes too long.
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
from benchmarks.query_plans import Plan, Watch, big_tables
from tests import postgres

if TYPE_CHECKING:
    from benchmarks.admin_pages import Page, Viewer

APPS = ("analytics", "config", "logger", "roster", "study")
# The session and whoever looks are two of them.
MAX_STATEMENTS = {"list": 10, "front": 20, "page": 15}
LIMIT_MS = 500
WIDTH = 76


@dataclass(frozen=True, kw_only=True)
class PageResult:
    """What one page cost; `skipped` says why it was not looked at."""

    viewer: str
    page: str
    statements: int = 0
    milliseconds: float = 0.0
    rows: int = 0
    scans: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    skipped: str = ""

    def line(self) -> str:
        """Write it as a row of the table."""
        page = self.page if len(self.page) <= WIDTH else f"{self.page[: WIDTH - 1]}…"
        told = f"{self.viewer:20} {page:{WIDTH}}"
        if self.skipped:
            return f"{told} skipped: {self.skipped}"
        faults = f"   !! {'; '.join(self.faults)}" if self.faults else ""
        return (
            f"{told} {self.statements:5} {self.milliseconds:8.1f} {self.rows:6}"
            f"  {', '.join(self.scans)}{faults}"
        )


class Counter:
    """Counts statements, whatever they are."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, *told: Any) -> Any:
        """Stand between Django and the database; see `connection.execute_wrapper`."""
        self.count += 1
        return execute(*told)


def measure_page(viewer: Viewer, page: Page, big: set[str]) -> PageResult:
    """Open a page, and tell what it cost."""
    if page.address is None:
        return PageResult(viewer=viewer.name, page=page.name, skipped="there is no such page yet")
    watch, counter = Watch(), Counter()
    with connection.execute_wrapper(counter), connection.execute_wrapper(watch):
        try:
            status = viewer.client.get(page.address).status_code
        except NotImplementedError:
            return PageResult(viewer=viewer.name, page=page.name, skipped="it is not written yet")
    plans = watch.plans
    milliseconds = sum(plan.milliseconds for plan in plans)
    faults = [fault for plan in plans for fault in plan.faults(big)]
    if status != 200:
        faults.append(f"answers {status}")
    if counter.count > MAX_STATEMENTS[page.kind]:
        faults.append(f"asks {counter.count} times, of {MAX_STATEMENTS[page.kind]}")
    if milliseconds > LIMIT_MS:
        faults.append("takes too long")
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
    """Name the indexes used, and what was read whole though it is big."""
    found = dict.fromkeys(scan for plan in plans for scan in plan.scans)
    return [scan for scan in found if not scan.startswith("SEQ ") or scan[4:] in big]


def measure_pages(only: str) -> Iterator[PageResult]:
    """Open every page as everybody, or those whose line has this in it."""
    from benchmarks.admin_pages import pages, viewers  # noqa: PLC0415  # models, once Django is set up

    big = big_tables(*APPS)
    for viewer in viewers():
        for page in pages(viewer):
            if only in f"{viewer.name} {page.name}":
                yield measure_page(viewer, page, big)


def summary(found: list[PageResult]) -> str:
    """Say what was wrong, and what was slowest and asked most."""
    opened = [each for each in found if not each.skipped]
    wrong = [each for each in opened if each.faults]
    skipped = len(found) - len(opened)
    slowest = max(opened, key=lambda each: each.milliseconds)
    asking = max(opened, key=lambda each: each.statements)
    lines = [f"{len(opened)} pages opened, {skipped} skipped, {len(wrong)} with findings"]
    lines += [f"slowest: {slowest.line()}", f"asks most: {asking.line()}"]
    return "\n".join([*lines, *(f"  {each.line()}" for each in wrong)])


def main(arguments: list[str] | None = None) -> int:
    """Look, print, and return 1 where anything would get slow."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="viewers and pages that contain this")
    parser.add_argument("--faults", action="store_true", help="print only what is wrong")
    options = parser.parse_args(arguments)
    if "DATABASE_URL" not in os.environ:
        told = arguments if arguments is not None else sys.argv[1:]
        return postgres.main([sys.executable, "-m", "benchmarks.pages", *told])
    prepare()

    from benchmarks.api_queries import sow  # noqa: PLC0415  # models, once Django is set up

    sow(options.attempts)
    print(f"{'viewer':20} {'page':{WIDTH}} stmts       ms   rows  scans")
    found = []
    for each in measure_pages(options.only):
        found.append(each)
        if each.faults or not options.faults:
            print(each.line(), flush=True)
    if not any(not each.skipped for each in found):
        parser.error("no page contains that")
    print(summary(found))
    return int(any(each.faults for each in found))


if __name__ == "__main__":
    sys.exit(main())
