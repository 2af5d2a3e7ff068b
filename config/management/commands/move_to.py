"""`manage.py move_to URL`: copy the installation to another database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from tqdm import tqdm

from infra.db.transfer import (
    Copy,
    DatabaseNotEmpty,
    Table,
    all_tables,
    count_rows,
    in_groups,
    read_content,
    snapshot,
)

SOURCE, TARGET = "source_of_move", "target_of_move"
SESSIONS = "django_session"


class Command(BaseCommand):
    help = (
        "Copy everything to another database: postgres://user:password@host/name or "
        "sqlite:////path/file.sqlite3. An empty database is migrated first. The copy has what this "
        "database holds when the command starts; what a running server writes later is not copied. "
        "After an interruption the same command continues. At the end all tables are compared."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", help="URL of the other database, as in DATABASE_URL")
        parser.add_argument(
            "--without-sessions", action="store_true", help="do not copy logins: people log in anew"
        )
        parser.add_argument(
            "--chunk", type=int, default=5000, metavar="ROWS", help="rows per transaction"
        )

    def handle(
        self, *_args: Any, url: str, without_sessions: bool, chunk: int, **_options: Any
    ) -> None:
        if chunk < 1:
            raise CommandError("--chunk must be at least 1.")
        tables = all_tables(without=[SESSIONS] if without_sessions else [])
        target = connections[TARGET] = _open(url)
        source = connections[SOURCE] = connections[DEFAULT_DB_ALIAS].copy(SOURCE)
        try:
            if _address(source) == _address(target):
                raise CommandError("This is the database that LearnTrace uses already.")
            _migrate(source, target, url)
            with snapshot(source):
                self.stdout.write(
                    f"Copying the state of {timezone.now():%Y-%m-%d %H:%M:%S} UTC. What a running"
                    " server writes from now on is not copied."
                )
                self._copy(source, target, tables, chunk)
        except Error as error:
            raise CommandError(f"A database reports: {str(error).strip()}") from error
        finally:
            source.close()
            target.close()
            del connections[SOURCE], connections[TARGET]

    def _copy(
        self, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, tables: list[Table],
        chunk: int,
    ) -> None:  # fmt: skip
        groups = in_groups(tables)
        total = sum(count_rows(source, table.name) for table in tables)
        copy = Copy(source, target, size=chunk)
        try:
            copied = copy.start(tables, origin=_address(source))
        except DatabaseNotEmpty as error:
            raise CommandError(f"The other database is not empty: {error}.") from error
        if copied:
            self.stdout.write(f"Continuing after {copied:,} rows.")
        with tqdm(total=total, initial=copied, unit="rows", disable=None) as bar:
            copy.run(groups, on_rows=lambda table, rows: _advance(bar, table.name, rows))
        self._compare(source, target, groups, chunk=chunk, total=total)
        copy.finish()
        self.stdout.write(f"{total:,} rows are the same in both. Set DATABASE_URL and start again.")

    def _compare(
        self, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper,
        groups: list[list[Table]], *, chunk: int, total: int,
    ) -> None:  # fmt: skip
        different = []
        with tqdm(total=2 * total, unit="rows", disable=None) as bar:
            for table in (table for group in groups for table in group):
                ours = read_content(source, table, size=chunk, on_rows=bar.update)
                theirs = read_content(target, table, size=chunk, on_rows=bar.update)
                if ours == theirs:
                    self.stdout.write(f"{table.name:36} {ours.rows:>12,}  {ours.checksum[:16]}")
                    continue
                different.append(table.name)
                self.stderr.write(
                    f"{table.name}: {ours.rows:,} rows ({ours.checksum[:16]}) here, "
                    f"{theirs.rows:,} rows ({theirs.checksum[:16]}) there"
                )
        if different:
            raise CommandError(
                f"These tables differ: {', '.join(different)}. If something was written here since "
                "an interrupted run, empty the other database and start again."
            )


def _advance(bar: tqdm[Any], name: str, rows: int) -> None:
    bar.set_description(name)
    bar.update(rows)


def _open(url: str) -> BaseDatabaseWrapper:
    try:
        database: dict[str, Any] = dict(dj_database_url.parse(url))
    except ValueError as error:
        raise CommandError(
            f"This is not the URL of a database: {url.split(':', 1)[0]}:…"
        ) from error
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database |= {"ENGINE": "infra.db.sqlite", "OPTIONS": settings.SQLITE_OPTIONS}
        path = Path(database["NAME"])
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    elif database["ENGINE"] != "django.db.backends.postgresql":
        raise CommandError("The other database must be SQLite or PostgreSQL.")
    # The handler completes the settings and knows the class of each engine.
    return type(connections)({DEFAULT_DB_ALIAS: database, TARGET: database})[TARGET]


def _address(connection: BaseDatabaseWrapper) -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(Path(database["NAME"]).resolve())
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    return f"{host}:{database['PORT']}/{database['NAME']}"


def _migrate(source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, url: str) -> None:
    """Migrate an empty target, and compare the migrations of both."""
    if not target.introspection.table_names():
        # A process of its own: migrations may use the default database.
        result = subprocess.run(  # noqa: S603
            [sys.executable, settings.BASE_DIR / "manage.py", "migrate", "--verbosity", "0"],
            env={**os.environ, "DATABASE_URL": url},
            check=False,
        )
        if result.returncode:
            raise CommandError("The other database could not be migrated.")
    here, there = (
        set(MigrationRecorder(connection).applied_migrations()) for connection in (source, target)
    )
    if here != there:
        raise CommandError("The databases have different migrations: run migrate on both first.")
