"""Backups: a folder with the database, the exports, the settings without secrets, and a manifest.

The database is a file of SQLite, or an archive of pg_dump in its custom format. The manifest has
the versions, the number of rows of each table, and the SHA-256 of each file.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config.version import VERSION
from infra.db.transfer import all_tables, count_rows, snapshot

MANIFEST = "manifest.json"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
EXPORTS = "exports.tar"
SETTINGS = "settings.env"
_SECRET = re.compile(r"SECRET|PASSWORD|TOKEN")
_LOGIN_IN_URL = re.compile(r"//[^@/\s]+@")


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why."""


def make_backup(folder: Path, *, at: datetime) -> dict[str, Any]:
    """Write a backup into a new or empty folder, and return its manifest.

    Raises
    ------
    BackupError : the folder has files, or pg_dump is missing or fails.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty.")
    previous_mask = os.umask(0o077)
    try:
        rows = _save_database(folder / DATABASE[connection.vendor])
        with tarfile.open(folder / EXPORTS, "w") as archive:
            if settings.EXPORTS_FOLDER.is_dir():
                archive.add(settings.EXPORTS_FOLDER, arcname=".")
        (folder / SETTINGS).write_text(settings_without_secrets())
        manifest = {
            "learntrace": VERSION,
            "made_at": at.isoformat(),
            "database": connection.vendor,
            "migrations": _applied_migrations(),
            "rows": rows,
            "files": {path.name: _checksum(path) for path in sorted(folder.iterdir())},
        }
        (folder / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    finally:
        os.umask(previous_mask)
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """Return the manifest of a backup that this version can restore into this kind of database.

    Raises
    ------
    BackupError : a file is missing or changed, or the backup is of a newer version or of the other
        kind of database.
    """
    try:
        manifest: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BackupError(f"{folder} has no readable {MANIFEST}.") from error
    for name, checksum in manifest["files"].items():
        path = folder / name
        if not path.is_file() or _checksum(path) != checksum:
            raise BackupError(f"{name} is missing or damaged.")
    if manifest["database"] != connection.vendor:
        raise BackupError(
            f"This is a backup of {manifest['database']}: restore it there, then use move_to."
        )
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    if unknown := set(manifest["migrations"]) - known:
        raise BackupError(
            f"The backup is of a newer version ({manifest['learntrace']}): "
            f"this version does not know {min(unknown)}."
        )
    return manifest


def restore(folder: Path) -> None:
    """Load the database and the exports of a verified backup.

    Raises
    ------
    BackupError : the database has tables, or pg_restore is missing or fails.
    """
    if connection.introspection.table_names():
        raise BackupError("The database is not empty: restore needs one without tables.")
    database = folder / DATABASE[connection.vendor]
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        connection.close()
        _copy_sqlite(database, path)
        path.chmod(0o600)
    else:
        options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
        name = str(connection.get_connection_params()["dbname"])
        _run_client("pg_restore", *options, f"--dbname={name}", str(database))
    settings.EXPORTS_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(folder / EXPORTS) as archive:
        archive.extractall(settings.EXPORTS_FOLDER, filter="data")


def count_restored(manifest: dict[str, Any]) -> dict[str, int]:
    """Return the number of rows of each table of the manifest."""
    return {name: count_rows(connection, name) for name in manifest["rows"]}


def settings_without_secrets() -> str:
    """Return the settings of the environment, without keys, passwords and logins in URLs."""
    example = (settings.BASE_DIR / ".env.example").read_text()
    names = re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)
    found = {name: os.environ[name] for name in names if name in os.environ}
    return "".join(
        f"{name}={_LOGIN_IN_URL.sub('//…@', value)}\n"
        for name, value in found.items()
        if not _SECRET.search(name)
    )


def _applied_migrations() -> list[str]:
    applied = MigrationLoader(connection).applied_migrations
    return sorted(".".join(key) for key in applied)


def _save_database(path: Path) -> dict[str, int]:
    """Save the database to a file, and return the number of rows of each table in it."""
    names = [table.name for table in all_tables()]
    if connection.vendor == "sqlite":
        _copy_sqlite(Path(connection.settings_dict["NAME"]), path)
        with closing(sqlite3.connect(path)) as saved:
            return {
                name: saved.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                for name in names
            }
    # The rows are counted in the snapshot that pg_dump reads.
    reader = connection.copy("reader_of_backup")
    with snapshot(reader):
        with reader.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            [exported] = cursor.fetchone()
        options = ("--format=custom", "--no-owner", "--no-acl", f"--snapshot={exported}")
        _run_client("pg_dump", *options, f"--file={path}")
        return {name: count_rows(reader, name) for name in names}


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database that others may use, by SQLite's online backup."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer)


def _run_client(program: str, *options: str) -> None:
    """Run a client program of PostgreSQL on the database; its password is not an argument."""
    path = shutil.which(program)
    if path is None:
        raise BackupError(
            f"{program} is not installed: install PostgreSQL's client tools, of the server's "
            "version (Debian: postgresql-client)."
        )
    params = connection.get_connection_params()
    names = {
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
        "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT",
    }  # fmt: skip
    own = {names[name]: str(params[name]) for name in names if params.get(name)}
    result = subprocess.run(  # noqa: S603
        [path, *options], env={**os.environ, **own}, check=False, capture_output=True, text=True
    )
    if result.returncode:
        raise BackupError(f"{program} fails: {result.stderr.strip()}")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
