"""Compare every response of the current code with those of an earlier version.

    python -m benchmarks.snapshot --save DIR       # before a refactoring
    python -m benchmarks.snapshot --compare DIR    # after it: prints what differs, and exits 1

`--save` creates the demo school on SQLite and on PostgreSQL, stores both databases in DIR, and
records the responses to every API route and every admin page for every kind of caller, reads
before writes, with a stopped clock. `--compare` migrates copies of the stored databases, and sends
the same requests. DIR/base contains the earlier responses, one file each, and DIR/new the later
ones; `diff -r DIR/base DIR/new` shows all differences. Both commands fail if no request covers a
route that exists.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.snapshot.stores import STORES, PostgreSQLStore, SQLiteStore

T = TypeVar("T")

INSTANT_FILE = "instant.txt"
NOT_COVERED = 3  # exit status of the worker if no request covers a route
MAX_SHOWN, MAX_LINES = 40, 16


def main() -> int:
    """Save or compare a snapshot; return 1 if a response differs or a route is not covered."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--save", type=Path, metavar="DIR")
    step.add_argument("--compare", type=Path, metavar="DIR")
    parser.add_argument("--database", choices=list(STORES), help="only this one")
    options = parser.parse_args()
    vendors = [options.database] if options.database else list(STORES)
    if options.save:
        return save(options.save.resolve(), vendors)
    return compare(options.compare.resolve(), vendors)


def save(folder: Path, vendors: list[str]) -> int:
    """Create and store the databases and the requests, and record the responses."""
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty.")
    _run_for_each(vendors, lambda vendor: _seed(_store(folder, vendor), folder / vendor))
    # Later than every time that the seeder took from the running clock.
    instant = datetime.now().astimezone().replace(microsecond=0) + timedelta(minutes=1)
    (folder / INSTANT_FILE).write_text(instant.isoformat())
    _run_for_each(vendors, lambda vendor: _run_on_copy(folder, vendor, "plan"))
    return int(any(_run_for_each(vendors, lambda vendor: _record(folder, vendor, "base"))))


def compare(folder: Path, vendors: list[str]) -> int:
    """Record the responses again, and print the differences."""
    statuses = _run_for_each(vendors, lambda vendor: _record(folder, vendor, "new"))
    differing = [
        name
        for vendor in vendors
        for name in _find_differences(folder / "base", folder / "new", vendor)
    ]
    for name in differing[:MAX_SHOWN]:
        _print_difference(folder, name)
    if len(differing) > MAX_SHOWN:
        print(f"… and {len(differing) - MAX_SHOWN} more")
    print(f"{len(differing)} responses differ.")
    return int(bool(differing) or any(statuses))


def _run_for_each(vendors: Iterable[str], function: Callable[[str], T]) -> list[T]:
    """Call a function for all databases in parallel, and return the results."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, vendors))


def _store(folder: Path, vendor: str) -> SQLiteStore | PostgreSQLStore:
    (folder / vendor).mkdir(parents=True, exist_ok=True)
    return STORES[vendor](folder / vendor)


def _seed(store: SQLiteStore | PostgreSQLStore, folder: Path) -> None:
    with store.new() as url:
        _run_worker(url, "seed", str(folder))


def _record(folder: Path, vendor: str, name: str) -> int:
    target = folder / name / vendor
    if target.exists():
        shutil.rmtree(target)
    return _run_on_copy(folder, vendor, "record", "--to", str(target))


def _run_on_copy(folder: Path, vendor: str, step: str, *arguments: str) -> int:
    instant = (folder / INSTANT_FILE).read_text()
    with _store(folder, vendor).copy() as url:
        return _run_worker(url, step, str(folder / vendor), "--at", instant, *arguments)


def _run_worker(url: str, *arguments: str) -> int:
    """Run the worker on a database; return its exit status, 0 or NOT_COVERED."""
    environment = {
        **os.environ,
        "TEST_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-m", "benchmarks.snapshot.worker", *arguments]
    status = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    if status not in (0, NOT_COVERED):
        sys.exit(f"The worker ended with {status}.")
    return status


def _find_differences(base: Path, new: Path, vendor: str) -> list[str]:
    """Return the names of files that differ or exist in one folder only."""
    names = sorted({file.name for side in (base, new) for file in (side / vendor).iterdir()})
    _same, *others = filecmp.cmpfiles(base / vendor, new / vendor, names, shallow=False)
    return sorted(f"{vendor}/{name}" for other in others for name in other)


def _print_difference(folder: Path, name: str) -> None:
    """Print the first lines of a difference."""
    command = ["diff", "--text", "--new-file", "-U1", f"base/{name}", f"new/{name}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    lines = result.stdout.decode(errors="replace").splitlines()
    print("\n".join(line[:200] for line in lines[:MAX_LINES]))
    if len(lines) > MAX_LINES:
        print(f"  … {len(lines) - MAX_LINES} more lines")


if __name__ == "__main__":
    raise SystemExit(main())
