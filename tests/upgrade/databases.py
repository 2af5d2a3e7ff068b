"""Databases of their own beside the one the suite runs on, and commands run on them."""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
PASSWORD = "made-up password 1"
# What only psql understands, and what servers before the one that was dumped do not.
_NOT_SQL = re.compile(r"^(\\.*|--.*|SET transaction_timeout.*|)\n", re.MULTILINE)
_SQLITE = "sqlite:///"

Table = tuple[list[str], list[tuple[Any, ...]]]


def plain_dump(text: str) -> str:
    """Return what pg_dump wrote as statements that any server of ours understands."""
    return _NOT_SQL.sub("", text)


def environment_of(url: str) -> dict[str, str]:
    """Return the environment of a process that works on a database, under the real settings."""
    names = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    ours = {*names, "DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL"}
    return {
        **{name: value for name, value in os.environ.items() if name not in ours},
        "READ_ENV_FILE": "false",
        "SECRET_KEY": "upgrade" * 10,
        "LOG_LEVEL": "ERROR",
        "DATABASE_POOL": "false",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def run(command: list[str], environment: dict[str, str]) -> str:
    """Run a command in the project's folder, and return what it printed."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def manage(url: str, *arguments: str) -> str:
    """Run a management command on a database, and return what it printed."""
    return run([sys.executable, "manage.py", *arguments], environment_of(url))


@contextmanager
def new_postgresql(server: str) -> Iterator[str]:
    """Lend the URL of a new database on a server, and drop it afterwards."""
    name = f"learntrace_upgrade_{secrets.token_hex(4)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    scheme, place, _path, query, fragment = urlsplit(server)
    try:
        yield urlunsplit((scheme, place, f"/{name}", query, fragment))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def load(url: str, dump: Path) -> None:
    """Fill an empty database with a dump."""
    text = dump.read_text()
    if url.startswith(_SQLITE):
        with closing(sqlite3.connect(url.removeprefix(_SQLITE))) as connection:
            connection.executescript(text)
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(text.encode())


def tables(url: str) -> dict[str, Table]:
    """Return the columns and rows of every table."""
    if url.startswith(_SQLITE):
        with closing(sqlite3.connect(url.removeprefix(_SQLITE))) as connection:
            names = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            return _read(connection, names)
    with psycopg.connect(url) as connection:
        return _read(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def _read(connection: Any, names: str) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for (name,) in connection.execute(names).fetchall():
        cursor = connection.execute(f'SELECT * FROM "{name}"')
        found[name] = ([column[0] for column in cursor.description], cursor.fetchall())
    return found
