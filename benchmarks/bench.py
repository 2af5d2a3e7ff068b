"""What a PUT costs, beside what it could not cost less than; `make bench`.

    python -m benchmarks.bench [--quick] [--server gunicorn granian] [--database URL] [--profile N]

On SQLite and on PostgreSQL, each a new database with a school in it, the server of `make serve`
is asked by 1, 8 and 16 clients at a time, in short rounds that take turns with two baselines:
(a) a PUT to the same server that is authenticated, parsed, validated and answered, but does
nothing; (b) the SQL of a PUT, issued over bare connections. Rates and ratios are those of the
median round, percentiles those of all rounds together. CPU is that of the server's processes (of
ours, where there is none): on a busy machine its ratio is the steadiest figure.
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
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--server", nargs="+", choices=KINDS, default=["gunicorn"], help="one, or both to compare"
    )
    parser.add_argument(
        "--database",
        default=os.environ.get("DATABASE_URL"),
        help="a PostgreSQL to make a database on, or `sqlite`: only there (DATABASE_URL)",
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


def chosen(database: str | None) -> Iterator[tuple[str, Database]]:
    """Return the databases to measure on, by name."""
    if database is None or database.startswith("sqlite"):
        yield "SQLite", databases.sqlite_file
    if database is None or not database.startswith("sqlite"):
        yield "PostgreSQL", partial(databases.postgres, database)


def command(options: argparse.Namespace) -> list[str]:
    """Return what is run on each database."""
    learners = QUICK_LEARNERS if options.quick else LEARNERS
    if options.profile:
        return ["profile_puts", "--puts", str(options.profile), "--learners", str(learners)]
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if options.quick else (ROUNDS, SECONDS)
    return [
        "measure", "--servers", *options.server, "--clients", *CLIENTS,
        "--rounds", str(rounds), "--seconds", str(seconds), "--learners", str(learners),
    ]  # fmt: skip


def run(arguments: list[str], *, url: str) -> int:
    """Run a command of the benchmark on a database; it ends with us."""
    process = subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "django", *arguments],
        cwd=BASE_DIR,
        env=environment(url),
        # Ctrl-C is ours to pass on, once, so that nothing interrupts its tidying up.
        start_new_session=True,
    )
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def environment(url: str) -> dict[str, str]:
    """Return the settings of a server out of the box; nothing of a developer's own .env."""
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


def machine() -> str:
    """Say on what the figures were seen."""
    packages = ("django", "djangorestframework", "psycopg", "gunicorn", "granian")
    versions = [f"{name} {metadata.version(name)}" for name in packages if _is_there(name)]
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()},"
        f" load {os.getloadavg()[0]:.1f} before we began;"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},"
        f" {', '.join(versions)}"
    )


def _is_there(package: str) -> bool:
    return any(metadata.distributions(name=package))


def main() -> int:
    """Measure on each database; 0 where all went well, whatever the figures."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    print(machine(), flush=True)
    for name, database in chosen(options.database):
        print(f"\n{name}", flush=True)
        with database() as url:
            status = run(command(options), url=url)
        if status:
            return status
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
