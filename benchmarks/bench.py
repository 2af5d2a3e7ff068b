"""Measure the cost of a PUT beside two baselines that are its lower bounds; `make bench`.

    python -m benchmarks.bench [--quick] [--server gunicorn granian] [--database URL] [--profile N]

On SQLite and on PostgreSQL, each a new database with a school in it, 1, 8 and 16 clients at a time
send requests to the server of `make serve`, in short rounds that alternate with two baselines:
(a) a PUT to the same server that is authenticated, parsed, validated and answered, but does
nothing; (b) the SQL of a PUT, issued over bare connections. Rates and ratios are those of the
median round, percentiles those of all rounds together. CPU is the processor time of the server's
processes (of this process, if there is no server): on a busy machine its ratio is the steadiest
figure.
"""

from __future__ import annotations

import argparse
import os
import platform
import secrets
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from importlib import metadata
from pathlib import Path

from benchmarks import databases
from benchmarks.server import KINDS, is_installed

BASE_DIR = Path(__file__).resolve().parent.parent
CLIENTS = ("1", "8", "16")
LEARNERS = 200
ROUNDS, SECONDS = 5, 1.7
QUICK_LEARNERS = 48
QUICK_ROUNDS, QUICK_SECONDS = 3, 0.4

Database = Callable[[], AbstractContextManager[str]]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--server", nargs="+", choices=KINDS, default=["gunicorn"], help="one, or both to compare"
    )
    parser.add_argument(
        "--database",
        default=os.environ.get("DATABASE_URL"),
        help="only this: a PostgreSQL to create a database on, or `sqlite` (DATABASE_URL)",
    )
    parser.add_argument("--quick", action="store_true", help="shorter rounds, rougher figures")
    parser.add_argument(
        "--profile", type=int, metavar="N", help="instead, profile N PUTs in process"
    )
    options = parser.parse_args(arguments)
    for kind in options.server:
        if not is_installed(kind):
            parser.error(f"{kind} is not installed beside {sys.executable}")
    return options


def selected_databases(database: str | None) -> Iterator[tuple[str, Database]]:
    """Yield the name and the context manager of each database to measure on."""
    if database is None or database.startswith("sqlite"):
        yield "SQLite", databases.sqlite_file
    if database is None or not database.startswith("sqlite"):
        yield "PostgreSQL", partial(databases.postgres, database)


def build_command(options: argparse.Namespace) -> list[str]:
    """Return the management command to run on each database."""
    learners = QUICK_LEARNERS if options.quick else LEARNERS
    if options.profile:
        return ["profile_puts", "--puts", str(options.profile), "--learners", str(learners)]
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if options.quick else (ROUNDS, SECONDS)
    return [
        "measure", "--servers", *options.server, "--clients", *CLIENTS,
        "--rounds", str(rounds), "--seconds", str(seconds), "--learners", str(learners),
    ]  # fmt: skip


def run(arguments: list[str], *, url: str) -> int:
    """Run a management command of the benchmarks on a database; stop it if this process stops."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "django", *arguments],
        cwd=BASE_DIR,
        env=environment(url),
        # This process passes Ctrl-C on, once, so that nothing interrupts the child's cleanup.
        start_new_session=True,
    )
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def environment(url: str) -> dict[str, str]:
    """Return the environment of a server with default settings, without a developer's .env."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "PYTHONPATH": str(BASE_DIR),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEBUG": "false",
        "HTTPS_ONLY": "false",
        "DEFAULT_FACILITY": "",
        "TRUSTED_PROXIES": "0",
    }


def describe_machine() -> str:
    """Describe the machine and the versions with which the figures were measured."""
    packages = ("django", "djangorestframework", "psycopg", "gunicorn", "granian")
    versions = [f"{name} {metadata.version(name)}" for name in packages if _is_available(name)]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()},"
        f" load {os.getloadavg()[0]:.1f} at the start;"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {', '.join(versions)}"
    )


def _is_available(package: str) -> bool:
    return any(metadata.distributions(name=package))


def main() -> int:
    """Measure on each database; return 0 if the measuring succeeded, whatever the figures."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    print(describe_machine(), flush=True)
    for name, database in selected_databases(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            status = run(build_command(options), url=url)
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
