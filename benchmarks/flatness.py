"""Requests in a large database beside the same requests in a small one; `--flat` of the bench."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks import databases, report
from benchmarks.databases import Database
from benchmarks.environment import BASE_DIR
from benchmarks.load import Client, Script
from benchmarks.report import Series
from benchmarks.revisions import Revision
from benchmarks.school import School
from benchmarks.targets import Target, alternate
from benchmarks.workloads import ATTEMPTS_PATH, read_list, record_answers

SMALL_ATTEMPTS, ATTEMPTS = 20_000, 3_000_000
ROUNDS, SECONDS, QUICK_SECONDS = 5, 2.0, 0.5
WARM_UP_SECONDS = 0.5
# The logins of a developer's demo school, which `seed_demo` writes.
NOTES = BASE_DIR / "var" / "demo.json"


class SeededTarget(Target):
    """A running server on a database with simulated schools, with the loads for it."""

    def __init__(
        self, stack: ExitStack, revision: Revision, new_database: Database, *, attempts: int
    ) -> None:
        super().__init__(stack, revision, new_database)
        with _notes_restored():
            self.manage("seed_demo", "--attempts", str(attempts))
        databases.vacuum(self.url)
        found = json.loads(self.manage("find_typical_people"))
        self.serve(stack)
        school = School(key="", logins=found["logins"])
        learner, coach = (school.headers_of(name) for name in ("learner", "coach"))
        user = school.logins["learner"]["id"]
        tries = f"/api/logger/masterylog?content={found['content']}&user={user}"
        page = f"{ATTEMPTS_PATH}?cursor=&page_size=100"
        scripts: dict[str, Callable[[], Script]] = {
            "PUT, and 1 start in 21; learner": partial(record_answers, learner),
            "GET attemptlog; learner": partial(read_list, ATTEMPTS_PATH, learner),
            "GET masterylog; learner": partial(read_list, tries, learner),
            "GET attemptlog; class coach": partial(read_list, page, coach),
            "GET attemptlog of a class; its coach": partial(
                read_list, f"{page}&classroom={found['classroom']}", coach
            ),
            "GET masterylog; class coach": partial(read_list, tries, coach),
        }
        self.loads = {name: Client(script) for name, script in scripts.items()}


def compare(revision: Revision, attempts: int, database: str | None, *, quick: bool) -> int:
    """Measure on small and large databases on PostgreSQL, print the ratios, and return errors."""
    server = None if database is None or database.startswith("sqlite") else database
    seconds, errors = QUICK_SECONDS if quick else SECONDS, 0
    with databases.postgres_databases(server) as new_database, ExitStack() as stack:
        targets = {
            f"{size:,}": SeededTarget(stack, revision, new_database, attempts=size)
            for size in (SMALL_ATTEMPTS, attempts)
        }
        print(f"\nPostgreSQL, 1 client, by number of attempts\n{report.HEAD}", flush=True)
        for name in next(iter(targets.values())).loads:
            series = {label: Series() for label in targets}
            loads = [(each, [each.loads[name]], series[label]) for label, each in targets.items()]
            alternate(loads, rounds=ROUNDS, seconds=seconds, warm_up_seconds=WARM_UP_SECONDS)
            print("\n".join(report.rows(name, series)), flush=True)
            errors += sum(each.error_count for each in series.values())
    return int(errors > 0)


@contextlib.contextmanager
def _notes_restored() -> Iterator[None]:
    before = NOTES.read_bytes() if NOTES.exists() else None
    try:
        yield
    finally:
        NOTES.unlink(missing_ok=True) if before is None else NOTES.write_bytes(before)
