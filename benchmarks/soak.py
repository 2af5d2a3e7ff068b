"""Check that memory and descriptors of the server stay flat under a mixed load, on both databases.

    python -m benchmarks.soak [--minutes 15] [--database sqlite]

Clients send all loads of `make bench` at once; guests start sessions, each from an address of its
own. The server is flat if the largest resident memory of the last third of the time is at most 3 %
above that of the second third, and so is the number of open descriptors (pools of connections grow
and shrink). The first third warms it up.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections import Counter
from contextlib import ExitStack
from functools import partial

from benchmarks import databases
from benchmarks.environment import describe_machine
from benchmarks.load import Client, Exchange, Script
from benchmarks.report import Series
from benchmarks.revisions import Revision
from benchmarks.school import SESSIONS, build_request, start_body
from benchmarks.server import open_descriptors, resident_bytes
from benchmarks.targets import SchoolTarget

MINUTES = 15
SAMPLES = 30
CLIENTS_PER_LOAD = 2
MAX_GROWTH = 1.03
MEBIBYTE = 1024 * 1024


class BehindProxy(Revision):
    """The working tree behind a proxy, so that requests may name the address of their client."""

    def environment(self, url: str) -> dict[str, str]:
        """Return the environment of the processes."""
        return {**super().environment(url), "TRUSTED_PROXIES": "1"}


def main() -> int:
    """Run the load on each database; return 0 if the server was flat and answered correctly."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--database", help="only sqlite, postgresql, or the URL of a PostgreSQL")
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    failures = 0
    for name, server in databases.selected_servers(options.database):
        with server() as new_database, ExitStack() as stack:
            target = SchoolTarget(
                stack, BehindProxy(label="current"), new_database, clients=CLIENTS_PER_LOAD
            )
            failures += not is_flat(name, target, seconds=60 * options.minutes)
            target.check_stored()
    return int(failures > 0)


def is_flat(name: str, target: SchoolTarget, *, seconds: float) -> bool:
    """Run the load, print the samples, and return whether they were flat and nothing failed."""
    print(f"\n{name}\n minute   requests/s    MiB  descriptors", flush=True)
    clients = [client for load in target.loads.values() for client in load]
    clients += [Client(partial(_be_guests, number)) for number in range(CLIENTS_PER_LOAD)]
    resident, descriptors, errors = [], [], Counter[str]()
    for number in range(1, SAMPLES + 1):
        series = Series()
        target.run(clients, seconds / SAMPLES, series)
        resident.append(resident_bytes(target.server.process_id))
        descriptors.append(open_descriptors(target.server.process_id))
        errors.update(series.rounds[0].errors)
        print(
            f"{number * seconds / SAMPLES / 60:7.1f} {series.rate:12.0f}"
            f" {resident[-1] / MEBIBYTE:6.0f} {descriptors[-1]:12}",
            flush=True,
        )
    for error, count in errors.most_common(5):
        print(f"{count} times: {error}")
    second, last = slice(SAMPLES // 3, 2 * SAMPLES // 3), slice(2 * SAMPLES // 3, None)
    growth = max(resident[last]) / max(resident[second])
    is_steady = max(descriptors[last]) <= MAX_GROWTH * max(descriptors[second])
    print(f"memory x {growth:.3f} ({MAX_GROWTH} allowed), descriptors {is_steady=}", flush=True)
    return growth <= MAX_GROWTH and is_steady and not errors


def _be_guests(number: int) -> Script:
    """Start sessions as guests; every one of them is another caller of the throttles."""
    for guest in itertools.count():
        headers = {"X-Forwarded-For": f"10.{number}.{guest // 256 % 256}.{guest % 256}"}
        request = build_request("POST", SESSIONS, headers, start_body(guest % 7)).encode()
        yield Exchange(request=request, is_valid=lambda body: b'"session_id":"' in body)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
