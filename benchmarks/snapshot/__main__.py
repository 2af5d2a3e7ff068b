"""Compare every response of the present code with those of an earlier state of it.

    python -m benchmarks.snapshot --save DIR       # before a refactoring
    python -m benchmarks.snapshot --compare DIR    # after it: prints what differs, and exits 1

`--save` makes the demo school on SQLite and on PostgreSQL, stores both databases in DIR, and
records the responses to every route of the APIs and every page of the admin, as every kind of
caller, reads first and then writes, with a stopped clock. `--compare` brings copies of the stored
databases up to date, and asks the same requests. DIR/base has the earlier responses, a file each,
and DIR/new the later ones; `diff -r DIR/base DIR/new` shows all differences. Both fail where a
route exists that no request asks.
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

INSTANT = "instant.txt"
NOT_COVERED = 3  # the worker's status where a route is not asked
MOST_SHOWN, MOST_LINES = 40, 16


def main() -> int:
    """Save or compare; return 1 where something differs or is not covered."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    step = parser.add_mutually_exclusive_group(required=True)
    step.add_argument("--save", type=Path, metavar="DIR")
    step.add_argument("--compare", type=Path, metavar="DIR")
    parser.add_argument("--database", choices=list(STORES), help="only this one")
    told = parser.parse_args()
    vendors = [told.database] if told.database else list(STORES)
    if told.save:
        return save(told.save.resolve(), vendors)
    return compare(told.compare.resolve(), vendors)


def save(folder: Path, vendors: list[str]) -> int:
    """Make and store the databases and the requests, and record the responses."""
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty.")
    _each(vendors, lambda vendor: _seed(_store(folder, vendor), folder / vendor))
    # After everything that was seeded by the running clock.
    instant = datetime.now().astimezone().replace(microsecond=0) + timedelta(minutes=1)
    (folder / INSTANT).write_text(instant.isoformat())
    _each(vendors, lambda vendor: _with_copy(folder, vendor, "plan"))
    return int(any(_each(vendors, lambda vendor: _record(folder, vendor, "base"))))


def compare(folder: Path, vendors: list[str]) -> int:
    """Record the responses anew, and print how they differ."""
    statuses = _each(vendors, lambda vendor: _record(folder, vendor, "new"))
    differing = [
        name for vendor in vendors for name in _differing(folder / "base", folder / "new", vendor)
    ]
    for name in differing[:MOST_SHOWN]:
        _show(folder, name)
    if len(differing) > MOST_SHOWN:
        print(f"… and {len(differing) - MOST_SHOWN} more")
    print(f"{len(differing)} responses differ.")
    return int(bool(differing) or any(statuses))


def _each(vendors: Iterable[str], work: Callable[[str], T]) -> list[T]:
    """Work on all databases at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, vendors))


def _store(folder: Path, vendor: str) -> SQLiteStore | PostgreSQLStore:
    (folder / vendor).mkdir(parents=True, exist_ok=True)
    return STORES[vendor](folder / vendor)


def _seed(store: SQLiteStore | PostgreSQLStore, folder: Path) -> None:
    with store.new() as url:
        _work(url, "seed", str(folder))


def _record(folder: Path, vendor: str, name: str) -> int:
    target = folder / name / vendor
    if target.exists():
        shutil.rmtree(target)
    return _with_copy(folder, vendor, "record", "--to", str(target))


def _with_copy(folder: Path, vendor: str, step: str, *arguments: str) -> int:
    instant = (folder / INSTANT).read_text()
    with _store(folder, vendor).copy() as url:
        return _work(url, step, str(folder / vendor), "--at", instant, *arguments)


def _work(url: str, *arguments: str) -> int:
    """Run the worker on a database; return its exit status where that is a finding."""
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


def _differing(base: Path, new: Path, vendor: str) -> list[str]:
    """Return the names of files that differ, or are in one folder only."""
    names = sorted({file.name for side in (base, new) for file in (side / vendor).iterdir()})
    _same, *others = filecmp.cmpfiles(base / vendor, new / vendor, names, shallow=False)
    return sorted(f"{vendor}/{name}" for other in others for name in other)


def _show(folder: Path, name: str) -> None:
    """Print the beginning of a difference."""
    command = ["diff", "--text", "--new-file", "-U1", f"base/{name}", f"new/{name}"]
    told = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603
    lines = told.stdout.decode(errors="replace").splitlines()
    print("\n".join(line[:200] for line in lines[:MOST_LINES]))
    if len(lines) > MOST_LINES:
        print(f"  … {len(lines) - MOST_LINES} more lines")


if __name__ == "__main__":
    raise SystemExit(main())
