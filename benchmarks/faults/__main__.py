r"""Kill, fill up and starve a real server under real load: nothing acknowledged may be lost.

    python -m benchmarks.faults --file answers.csv.gz [--quick]

Starts a PostgreSQL of its own and the server on it, replays real answers (see
`benchmarks/replay.py` for the file) under Idempotency-Keys as a good client does, and kills -9
now a worker, now the whole server, now PostgreSQL. Then every answer must be there exactly
once, and every total be the sum of its parts. The same on SQLite. Ends with 1 where anything is
wrong.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults import outages
from benchmarks.faults.load_clients import LoadClients, Verdict
from benchmarks.faults.processes import Postgres, Service
from benchmarks.faults.replay_under_fault import Load, Outcome, under_load
from benchmarks.faults.slow import slow_clients

PROCESSES = 2
SHOWN = 5


@contextmanager
def folder() -> Iterator[Path]:
    """Return a folder for a database, which is gone afterwards."""
    place = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


@contextmanager
def postgres_in(place: Path, **settings: str) -> Iterator[Postgres]:
    """Run a PostgreSQL."""
    postgres = Postgres(place, **settings)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.kill()


@contextmanager
def serving(place: Path, url: str, *, processes: int) -> Iterator[Service]:
    """Run the server on a database."""
    service = Service(place, url, processes=processes)
    try:
        service.start()
        yield service
    finally:
        service.clean()


def on_postgres(load: Load, options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Kill all there is on PostgreSQL; then take it away in every other manner."""
    with (
        folder() as place,
        postgres_in(place) as postgres,
        serving(place, postgres.url, processes=PROCESSES) as service,
    ):
        if options.only != "outages":
            yield under_load("PostgreSQL", service, postgres, load, options.stopped)
        if options.only != "kills":
            yield from outages.on_postgres(service, postgres, seconds=options.seconds)
            yield slow_clients(service)


def on_sqlite(load: Load, options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Kill the server on SQLite."""
    with folder() as place, serving(place, f"sqlite:///{place}/db.sqlite3", processes=1) as service:
        yield under_load("SQLite", service, None, load, options.stopped)


def on_full_disks(options: argparse.Namespace) -> Iterator[Verdict]:
    """Fill the disk of either database."""
    with folder() as place, outages.small_disk(place) as mounted:
        if not mounted:
            print("disk full: not tried, a small disk may only be mounted by root")
            return
        small = {"max_wal_size": "64MB", "min_wal_size": "32MB"}
        with (
            postgres_in(place, **small) as postgres,
            serving(place, postgres.url, processes=PROCESSES) as service,
        ):
            yield _filled("PostgreSQL", service, place, options, postgres)
    with (
        folder() as place,
        outages.small_disk(place),
        serving(place, f"sqlite:///{place}/db.sqlite3", processes=1) as service,
    ):
        yield _filled("SQLite", service, place, options)


def _filled(
    name: str,
    service: Service,
    place: Path,
    options: argparse.Namespace,
    postgres: Postgres | None = None,
) -> Verdict:
    return outages.suffer(
        f"disk of {name} full",
        LoadClients(service, writers=6),
        lambda: outages.full(place, postgres),
        seconds=options.seconds,
    )


# Telling.


def print_outcomes(outcomes: list[Outcome]) -> None:
    """Print one line for each load, and how often what was killed."""
    print("\n" + " ".join(f"{column:>12}" for column in ("", *Outcome.COLUMNS)))
    for outcome in outcomes:
        numbers = (outcome.counts[column] for column in Outcome.COLUMNS)
        print(f"{outcome.name:>12} " + " ".join(f"{number:12}" for number in numbers))
    for outcome in outcomes:
        kills = ", ".join(f"{way} ×{count}" for way, count in outcome.kills.items())  # noqa: RUF001
        print(f"{outcome.name}: killed {kills or 'nothing'}")
        for complaint in outcome.complaints[:SHOWN]:
            print(f"  {complaint}")


def print_verdict(verdict: Verdict) -> None:
    """Print what became of one fault."""
    print(f"{'pass' if verdict.passed else 'FAIL'}  {verdict.name}: {verdict.details}", flush=True)
    for wrong in verdict.wrong[:SHOWN]:
        print(f"      {wrong}")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=20_000, help="at most so many answers")
    parser.add_argument("--clients", type=int, default=64, help="how many learners at a time")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is killed")
    parser.add_argument("--seconds", type=float, default=10, help="how long other faults last")
    parser.add_argument("--seed", type=int, default=1, help="of the moments to kill at")
    parser.add_argument("--quick", action="store_true", help="one round, 2000 answers")
    parser.add_argument(
        "--without-keys", action="store_true",
        help="send again without Idempotency-Keys: shows doubled answers now and then",
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


def parts(options: argparse.Namespace) -> Iterator[Outcome | Verdict]:
    """Do all of it, or the part that was asked for."""
    load = Load(
        file=options.file,
        limit=options.limit,
        clients=options.clients,
        rounds=options.rounds,
        seed=options.seed,
        with_keys=not options.without_keys,
    )
    yield from on_postgres(load, options)
    if options.only != "outages":
        yield from on_sqlite(load, options)
    if options.only != "kills":
        yield from on_full_disks(options)


def main() -> int:
    """Return 1 where anything was wrong; without keys, where doubling is expected, 0."""
    options = parse()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_signal: sys.exit(1))
    done: list[Outcome | Verdict] = []
    try:
        for part in parts(options):
            done.append(part)
            if isinstance(part, Verdict):
                print_verdict(part)
    finally:
        options.stopped.set()
    if outcomes := [part for part in done if isinstance(part, Outcome)]:
        print_outcomes(outcomes)
    passed = all(part.passed for part in done)
    print(f"\n{'all well' if passed else 'NOT all well'}")
    return int(not (passed or options.without_keys))


if __name__ == "__main__":
    sys.exit(main())
