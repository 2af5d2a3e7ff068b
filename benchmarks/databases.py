"""Temporary databases to measure on."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.postgres import own_postgres

# Creates a database, yields its URL and removes it afterwards.
Database = Callable[[], AbstractContextManager[str]]


@contextmanager
def sqlite_file() -> Iterator[str]:
    """Yield the URL of a SQLite file that does not exist yet; remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="learntrace-") as folder:
        yield f"sqlite:///{Path(folder) / 'benchmark.sqlite3'}"


@contextmanager
def postgres_databases(server: str | None) -> Iterator[Database]:
    """Yield a function that creates databases on a server; without a URL, on a temporary one."""
    with nullcontext(server) if server and "://" in server else own_postgres() as url:
        yield partial(_new_database, url)


def selected_servers(
    database: str | None,
) -> Iterator[tuple[str, Callable[[], AbstractContextManager[Database]]]]:
    """Yield the name of each kind of database to measure on, and a context manager of it.

    Parameters
    ----------
    database : `sqlite`, `postgresql` (a temporary server with durable writes) or the URL of a
        PostgreSQL to create databases on; None is the first two.
    """
    if database is None or database.startswith("sqlite"):
        yield "SQLite", lambda: nullcontext(sqlite_file)
    if database is None or not database.startswith("sqlite"):
        yield "PostgreSQL", partial(postgres_databases, database)


def selected_databases(database: str | None) -> Iterator[tuple[str, Database]]:
    """Yield the name and the context manager of one new database of each kind."""
    for name, server in selected_servers(database):
        yield name, partial(_one_database, server)


@contextmanager
def _one_database(server: Callable[[], AbstractContextManager[Database]]) -> Iterator[str]:
    with server() as new_database, new_database() as url:
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


def vacuum(url: str) -> None:
    """Vacuum and analyze a PostgreSQL, as autovacuum would have done by now."""
    if not url.startswith("sqlite"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def process_of(url: str) -> int | None:
    """Return the id of the main process of a PostgreSQL on this machine; None if unknown."""
    if url.startswith("sqlite"):
        return None
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    try:
        [line, *_rest] = (Path(row[0] if row else "") / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    return int(line)


def stored_bytes(url: str) -> int:
    """Return the size of a database; of a SQLite file, with its write-ahead log."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*"))
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return row[0] if row else 0
