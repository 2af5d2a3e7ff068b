"""Measure how many answers a second `POST /api/v1/track-answers` accepts, on both databases.

    python -m benchmarks.bulk [--answers 60000] [--batch 2000] [--clients 2] [--profile]

The measurement is end to end: real answers, with learners taking turns, are sent as NDJSON to the
server of `make serve`. The clients are separate processes on the same machine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.databases import selected_databases
from benchmarks.environment import describe_machine, run


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk")
    parser.add_argument("--answers", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=2_000, help="rows per request")
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--database", help="URL; default: SQLite, and a temporary PostgreSQL")
    parser.add_argument("--profile", action="store_true", help="profile one process, by function")
    return parser.parse_args(arguments)


def main() -> int:
    """Measure on each database; return 0 if the measuring succeeded, whatever the figures."""
    options = parse()
    arguments = [f"--{name}={getattr(options, name)}" for name in ("answers", "batch", "clients")]
    if options.profile:
        arguments.append("--profile")
    print(describe_machine(), flush=True)
    for name, database in selected_databases(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            status = run(["measure_bulk", *arguments], url=url)
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
