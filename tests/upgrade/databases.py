"""Databases separate from the one of the test suite, and commands that run on them."""

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
# Lines that only psql understands, or only servers as new as the dumped one.
_NOT_SQL = re.compile(r"^(\\.*|--.*|SET transaction_timeout.*|)\n", re.MULTILINE)
_SQLITE = "sqlite:///"

Table = tuple[list[str], list[tuple[Any, ...]]]


def make_portable(text: str) -> str:
    """Return the output of pg_dump as statements that every supported server understands."""
    return _NOT_SQL.sub("", text)


def build_environment(url: str) -> dict[str, str]:
    """Return the environment of a process that uses a database with the real settings."""
    names = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    own_names = {*names, "DJANGO_SETTINGS_MODULE", "TEST_DATABASE_URL"}
    return {
        **{name: value for name, value in os.environ.items() if name not in own_names},
        "READ_ENV_FILE": "false",
        "SECRET_KEY": "upgrade" * 10,
        "LOG_LEVEL": "ERROR",
        "DATABASE_POOL": "false",
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def run(command: list[str], environment: dict[str, str]) -> str:
    """Run a command in the project folder, and return its standard output."""
    result = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    assert result.returncode == 0, f"{command} failed:\n{result.stdout}\n{result.stderr}"
    return result.stdout


def manage(url: str, *arguments: str) -> str:
    """Run a management command on a database, and return its standard output."""
    return run([sys.executable, "manage.py", *arguments], build_environment(url))


@contextmanager
def new_postgresql(server: str) -> Iterator[str]:
    """Yield the URL of a new database on a server, and drop it afterwards."""
    name = f"learntrace_upgrade_{secrets.token_hex(4)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    scheme, host, _path, query, fragment = urlsplit(server)
    try:
        yield urlunsplit((scheme, host, f"/{name}", query, fragment))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def load(url: str, dump: Path) -> None:
    """Load a dump into an empty database."""
    text = dump.read_text()
    if url.startswith(_SQLITE):
        with closing(sqlite3.connect(url.removeprefix(_SQLITE))) as connection:
            connection.executescript(text)
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(text.encode())


def read_tables(url: str) -> dict[str, Table]:
    """Return the columns and rows of every table."""
    if url.startswith(_SQLITE):
        with closing(sqlite3.connect(url.removeprefix(_SQLITE))) as connection:
            names = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
            return _read_all(connection, names)
    with psycopg.connect(url) as connection:
        return _read_all(connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def _read_all(connection: Any, names: str) -> dict[str, Table]:
    content: dict[str, Table] = {}
    for (name,) in connection.execute(names).fetchall():
        cursor = connection.execute(f'SELECT * FROM "{name}"')
        content[name] = ([column[0] for column in cursor.description], cursor.fetchall())
    return content
