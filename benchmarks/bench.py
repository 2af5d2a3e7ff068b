"""Measure the APIs on SQLite and PostgreSQL, beside an earlier commit; `make bench`.

    python -m benchmarks.bench [--quick] [--against REF] [--clients 1,8,16,64] [--database URL]

On new databases with a school in them, clients send requests to the server of `make serve`, in
short rounds. With `--against`, a server of another commit has a database of its own with the same
school, and rounds of both alternate. Afterwards every acknowledged answer must be stored. Rates and
processor times are those of the median round, percentiles those of all rounds together. CPU is the
processor time of the server's processes per request, DB that of PostgreSQL's, gen that of the load
generator, which is in neither. On a busy machine processor times are the steadiest figures.

Then follow the limits of a PUT (its bare SQL statements; a view that does nothing, through the
same server is among the loads) and the parts of its time. `--flat N` measures instead whether
requests stay as fast in a database with N attempts as in one with 20,000.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections import Counter
from contextlib import ExitStack, nullcontext
from math import nan

from benchmarks import databases, flatness, report
from benchmarks.databases import Database
from benchmarks.environment import describe_machine
from benchmarks.report import Series
from benchmarks.revisions import Revision, checkout
from benchmarks.targets import SchoolTarget, alternate
from benchmarks.workloads import NO_OP, PUT

CURRENT = "current"
CLIENTS, QUICK_CLIENTS = [1, 8, 16, 64], [16]
ROUNDS, SECONDS, QUICK_SECONDS = 3, 1.5, 0.5
WARM_UP_SECONDS = 0.3
PARTS_PUTS, QUICK_PARTS_PUTS = 1000, 300
SHOWN_ERRORS = 5

# By number of clients, load and label of the version.
Measured = dict[int, dict[str, dict[str, Series]]]


def measure(
    targets: list[SchoolTarget], *, clients: int, seconds: float
) -> dict[str, dict[str, Series]]:
    """Return the series of each load by the label of the version, from alternating rounds."""
    measured: dict[str, dict[str, Series]] = {}
    for name in dict.fromkeys(name for target in targets for name in target.loads):
        loads = [
            (target, target.loads[name][:clients], Series())
            for target in targets
            if name in target.loads
        ]
        alternate(
            [load for load in loads if load[1]],
            rounds=ROUNDS,
            seconds=seconds,
            warm_up_seconds=WARM_UP_SECONDS,
        )
        measured[name] = {target.revision.label: series for target, _clients, series in loads}
    return measured


def run_database(
    name: str, new_database: Database, revisions: list[Revision], options: argparse.Namespace
) -> int:
    """Measure on one kind of database, print the tables, and return the number of errors."""
    seconds = QUICK_SECONDS if options.quick else SECONDS
    errors: Counter[str] = Counter()
    measured: Measured = {}
    with ExitStack() as stack:
        targets = [
            SchoolTarget(stack, revision, new_database, clients=max(options.clients))
            for revision in revisions
        ]
        for clients in options.clients:
            print(f"\n{name}, {clients} clients\n{report.HEAD}", flush=True)
            measured[clients] = measure(targets, clients=clients, seconds=seconds)
            for load, series in measured[clients].items():
                print("\n".join(report.rows(load, series)), flush=True)
                for round_ in (each for one in series.values() for each in one.rounds):
                    errors.update(round_.errors)
        for target in targets:
            target.check_stored()
        print_limits(targets[-1], measured, options)
    for error, count in errors.most_common(SHOWN_ERRORS):
        print(f"{count} times: {error}")
    return errors.total()


def print_limits(target: SchoolTarget, measured: Measured, options: argparse.Namespace) -> None:
    """Print how close a PUT comes to its limits, and the parts of its time."""
    arguments = [
        "--clients", *map(str, options.clients),
        "--seconds", str(QUICK_SECONDS if options.quick else SECONDS),
        "--puts", str(QUICK_PARTS_PUTS if options.quick else PARTS_PUTS),
    ]  # fmt: skip
    label, logins = target.revision.label, json.dumps(target.school.logins)
    output = target.revision.run(
        "-m", "django", "measure_parts", *arguments, env=target.environment, stdin=logins
    )
    limits = json.loads(output)
    print(f"\nLimits of a PUT\n{report.HEAD}")
    for clients, fields in zip(options.clients, limits["bare"], strict=True):
        put, no_op = (measured[clients][load][label] for load in (PUT, NO_OP))
        bare = report.series_from_fields(fields)
        print("\n".join(report.rows(f"SQL of a PUT, bare; {clients} clients", {"": bare})))
        print(f"  the PUT reaches {put.rate / bare.rate:.0%} of this rate,"
              f" and {put.rate / no_op.rate:.0%} of that of the no-op")  # fmt: skip
    served = measured[options.clients[0]][NO_OP][label].server_milliseconds
    http_server = served - limits["no_op_milliseconds"]
    print("\n".join(report.part_rows({"HTTP server": (http_server, nan), **limits["parts"]})))


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only 16 clients, shorter rounds")
    parser.add_argument("--against", metavar="REF", help="a commit to compare with")
    parser.add_argument("--clients", type=_numbers, help="numbers of clients, such as 1,8,16,64")
    parser.add_argument(
        "--database",
        default=os.environ.get("DATABASE_URL"),
        help="only sqlite, postgresql, or a PostgreSQL to create databases on (DATABASE_URL)",
    )
    parser.add_argument(
        "--flat", nargs="?", type=int, const=flatness.ATTEMPTS, metavar="N",
        help="instead, compare a database with N attempts with a small one",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    options.clients = options.clients or (QUICK_CLIENTS if options.quick else CLIENTS)
    return options


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> int:
    """Measure on each database; return 0 if every response was valid, whatever the figures."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    print(describe_machine(), flush=True)
    current = Revision(label=CURRENT)
    if options.flat:
        return flatness.compare(current, options.flat, options.database, quick=options.quick)
    errors = 0
    with checkout(options.against) if options.against else nullcontext() as baseline:
        revisions = [baseline, current] if baseline else [current]
        for name, server in databases.selected_servers(options.database):
            with server() as new_database:
                errors += run_database(name, new_database, revisions, options)
    return int(errors > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
