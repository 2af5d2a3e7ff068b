r"""Kill, fill up and starve a real server under real load: nothing acknowledged may be lost.

    python benchmarks/faults.py --file answers.csv.gz [--quick]

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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.faulting.loads import Load, Outcome, under_load
from benchmarks.faulting.processes import Postgres, Service


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


def on_postgres(load: Load, processes: int, stopped: threading.Event) -> list[Outcome]:
    with (
        folder() as place,
        postgres_in(place) as postgres,
        serving(place, postgres.url, processes=processes) as service,
    ):
        return [under_load("PostgreSQL", service, postgres, load, stopped)]


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-keys", action="store_true")
    return parser.parse_args()


def main() -> int:
    options = parse()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    load = Load(
        file=options.file, limit=options.limit, clients=options.clients, rounds=options.rounds,
        seed=options.seed, with_keys=not options.without_keys,
    )  # fmt: skip
    try:
        outcomes = on_postgres(load, 2, stopped)
    finally:
        stopped.set()
    for o in outcomes:
        print(o)
    return 0


if __name__ == "__main__":
    sys.exit(main())
