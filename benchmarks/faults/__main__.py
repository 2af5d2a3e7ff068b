r"""Kill, fill up and starve a real server under real load: nothing acknowledged may be lost.

    python -m benchmarks.faults --file answers.csv.gz [--quick]

Starts a PostgreSQL of its own and the server on it, replays real answers (see
`benchmarks/replay.py` for the file) under Idempotency-Keys as a good client does, and kills (-9)
now a worker, now the whole server, now PostgreSQL. Afterwards every answer must be stored exactly
once, and every total must be the sum of its parts. Then does the same on SQLite. Exits with 1 if
anything is wrong.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults import outages
from benchmarks.faults.grouped_answers import kill_under_grouped_answers
from benchmarks.faults.load_clients import LoadClients, Verdict
from benchmarks.faults.processes import Postgres, Service, running_service, temporary_folder
from benchmarks.faults.replay_under_fault import (
    Load,
    Outcome,
    kill_functions,
    replay_under_load,
)
from benchmarks.faults.slow import check_slow_clients

PROCESSES = 2
SHOWN = 5


@contextmanager
def running_postgres(path: Path, **settings: str) -> Iterator[Postgres]:
    """Run a PostgreSQL in a folder."""
    postgres = Postgres(path, **settings)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.kill()


def postgres_faults(load: Load, options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Kill all processes on PostgreSQL; then make the database unavailable in other ways."""
    with (
        temporary_folder() as path,
        running_postgres(path) as postgres,
        running_service(path, postgres.url, processes=PROCESSES) as service,
    ):
        if options.only != "outages":
            yield replay_under_load("PostgreSQL", service, postgres, load, options.stopped)
            ways = kill_functions(service, postgres, random.Random(load.seed))  # noqa: S311
            yield kill_under_grouped_answers("PostgreSQL", service, ways, rounds=load.rounds)
        if options.only != "kills":
            yield from outages.postgres_outages(service, postgres, seconds=options.seconds)
            yield check_slow_clients(service)


def sqlite_faults(load: Load, options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Kill the server on SQLite."""
    with (
        temporary_folder() as path,
        running_service(path, f"sqlite:///{path}/db.sqlite3", processes=PROCESSES) as service,
    ):
        yield replay_under_load("SQLite", service, None, load, options.stopped)
        ways = kill_functions(service, None, random.Random(load.seed))  # noqa: S311
        yield kill_under_grouped_answers("SQLite", service, ways, rounds=load.rounds)


def full_disk_faults(options: argparse.Namespace) -> Iterator[Verdict]:
    """Fill the disk of each kind of database."""
    with temporary_folder() as path, outages.small_disk(path) as mounted:
        if not mounted:
            print("disk full: not tried, a small disk may only be mounted by root")
            return
        small = {"max_wal_size": "64MB", "min_wal_size": "32MB"}
        with (
            running_postgres(path, **small) as postgres,
            running_service(path, postgres.url, processes=PROCESSES) as service,
        ):
            yield _fill_disk("PostgreSQL", service, path, options, postgres)
    with (
        temporary_folder() as path,
        outages.small_disk(path),
        running_service(
            path, f"sqlite:///{path}/db.sqlite3", processes=PROCESSES, MIN_FREE_SPACE="0"
        ) as service,
    ):
        yield _fill_disk("SQLite", service, path, options)


def _fill_disk(
    name: str,
    service: Service,
    path: Path,
    options: argparse.Namespace,
    postgres: Postgres | None = None,
) -> Verdict:
    return outages.run_fault(
        f"disk of {name} full",
        LoadClients(service, writers=6),
        lambda: outages.full_disk(path, postgres),
        seconds=options.seconds,
    )


def print_outcomes(outcomes: list[Outcome]) -> None:
    """Print one line for each load, and the number of kills of each kind."""
    print("\n" + " ".join(f"{column:>12}" for column in ("", *Outcome.COLUMNS)))
    for outcome in outcomes:
        numbers = (outcome.counts[column] for column in Outcome.COLUMNS)
        print(f"{outcome.name:>12} " + " ".join(f"{number:12}" for number in numbers))
    for outcome in outcomes:
        kills = ", ".join(f"{way} ×{count}" for way, count in outcome.kills.items())  # noqa: RUF001
        print(f"{outcome.name}: killed {kills or 'nothing'}")
        for problem in outcome.problems[:SHOWN]:
            print(f"  {problem}")


def print_verdict(verdict: Verdict) -> None:
    """Print the result of one fault."""
    print(f"{'pass' if verdict.passed else 'FAIL'}  {verdict.name}: {verdict.details}", flush=True)
    for wrong in verdict.wrong[:SHOWN]:
        print(f"      {wrong}")


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=20_000, help="maximum number of answers")
    parser.add_argument("--clients", type=int, default=64, help="how many learners at a time")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is killed")
    parser.add_argument("--seconds", type=float, default=10, help="how long other faults last")
    parser.add_argument("--seed", type=int, default=1, help="of the moments to kill at")
    parser.add_argument("--quick", action="store_true", help="one round, 2000 answers")
    parser.add_argument(
        "--without-keys", action="store_true",
        help="retry without Idempotency-Keys: doubles answers now and then",
    )  # fmt: skip
    parser.add_argument("--only", choices=["kills", "outages"], help="half of it")
    options = parser.parse_args()
    if not options.file.exists():
        parser.error(f"there is no file {options.file}")
    if options.quick:
        options.limit, options.rounds, options.seconds = 2000, 1, 6
    if options.without_keys:
        options.only = "kills"
    options.stopped = threading.Event()
    return options


def run_parts(options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Run all parts, or the one that was asked for."""
    load = Load(
        file=options.file,
        limit=options.limit,
        clients=options.clients,
        rounds=options.rounds,
        seed=options.seed,
        with_keys=not options.without_keys,
    )
    yield from postgres_faults(load, options)
    if options.only != "outages":
        yield from sqlite_faults(load, options)
    if options.only != "kills":
        yield from full_disk_faults(options)


def main() -> int:
    """Run the faults; return 1 if anything was wrong, but 0 without keys (answers may double)."""
    options = parse()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: sys.exit(1))
    done: list[Outcome | Verdict] = []
    try:
        for part in run_parts(options):
            done.append(part)
            if isinstance(part, Verdict):
                print_verdict(part)
    finally:
        options.stopped.set()
    if outcomes := [part for part in done if isinstance(part, Outcome)]:
        print_outcomes(outcomes)
    passed = all(part.passed for part in done)
    print(f"\n{'all passed' if passed else 'NOT all passed'}")
    return int(not (passed or options.without_keys))


if __name__ == "__main__":
    sys.exit(main())
