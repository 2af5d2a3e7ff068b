"""Temporary databases to measure on."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.postgres import own_postgres


@contextmanager
def sqlite_file() -> Iterator[str]:
    """Yield the URL of a SQLite file that does not exist yet; remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="learntrace-") as folder:
        yield f"sqlite:///{Path(folder) / 'benchmark.sqlite3'}"


@contextmanager
def postgres(server: str | None) -> Iterator[str]:
    """Yield the URL of a new database on a server; if that is None, of a temporary PostgreSQL."""
    if server is not None:
        with _new_database(server) as url:
            yield url
        return
    with own_postgres() as url:
        yield url


@contextmanager
def _new_database(server: str) -> Iterator[str]:
    name = f"learntrace_benchmark_{secrets.token_hex(4)}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
    try:
        scheme, netloc, _path, query, fragment = urlsplit(server)
        yield urlunsplit((scheme, netloc, f"/{name}", query, fragment))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier)
            connection.execute(drop)
