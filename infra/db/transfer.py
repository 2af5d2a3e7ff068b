"""Copies of all tables to another database, SQLite or PostgreSQL, and their comparison.

Rows are read in a canonical form that is the same on both databases: UUIDs as 32 hexadecimal
digits, times as text in UTC with six digits of microseconds, booleans as 0 or 1, JSON as text.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import orjson
from django.apps import apps
from django.core.management.color import no_style
from django.db import Error, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from infra.db.models import LosslessJSONDecoder

# The copy's own table in the target: the last key copied of each table.
PROGRESS = "learntrace_move"
# Tables that `migrate` fills; their rows are replaced, children first.
FILLED_BY_MIGRATE = ("auth_permission", "django_content_type")
_READ = {
    "sqlite": {
        "DateTimeField": "substr({0} || CASE WHEN length({0}) = 19 THEN '.' ELSE '' END"
        " || '000000', 1, 26)",
        "DateField": "{0} || ''",
        "BooleanField": "{0} + 0",
        "FloatField": "{0} + 0.0",  # no negative zero, which SQLite does not store
    },
    "postgresql": {
        "DateTimeField": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
        "DateField": "{0}::text",
        "BooleanField": "{0}::int",
        "FloatField": "{0} + 0.0",
        "UUIDField": "replace({0}::text, '-', '')",
        "JSONField": "{0}::text",
        "GenericIPAddressField": "host({0})",
    },
}
Row = tuple[Any, ...]


class DatabaseNotEmpty(Exception):
    """The target has rows that are not those of an interrupted copy of the same source."""


@dataclass(frozen=True)
class Table:
    """One table: its columns by name with the type of their fields, and the key that orders it."""

    name: str
    kinds: dict[str, str]
    key: str
    generated: frozenset[str]
    references: frozenset[str]

    @property
    def written(self) -> list[str]:
        """The columns that are not computed by the database."""
        return [name for name in self.kinds if name not in self.generated]


@dataclass(frozen=True)
class Content:
    """The number of rows of a table, and the SHA-256 of all of them in the order of the key."""

    rows: int
    checksum: str


def all_tables(*, without: Iterable[str] = ()) -> list[Table]:
    """Return the tables of all models except `without`."""
    found = apps.get_models(include_auto_created=True)
    return [_describe(model) for model in found
            if model._meta.managed and not model._meta.proxy
            and model._meta.db_table not in set(without)]  # fmt: skip


def _describe(model: type[models.Model]) -> Table:
    fields = model._meta.local_concrete_fields
    return Table(
        name=model._meta.db_table,
        kinds={str(field.column): _kind(field) for field in fields},
        key=str(model._meta.pk.column),
        generated=frozenset(str(field.column) for field in fields if field.generated),
        references=frozenset(
            field.related_model._meta.db_table
            for field in fields
            if isinstance(field, models.ForeignKey) and field.db_constraint  # type: ignore[attr-defined]
        ),
    )


def _kind(field: models.Field[Any, Any]) -> str:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


def in_groups(tables: Iterable[Table]) -> list[list[Table]]:
    """Return the tables in groups, each after those it refers to.

    Tables that refer to each other are one group, and so is one that refers to itself.
    """
    by_name = {table.name: table for table in tables}
    referred: dict[str, set[str]] = {}
    for name, table in by_name.items():
        found, waiting = set(), set(table.references)
        while waiting:
            other = waiting.pop()
            found.add(other)
            waiting |= by_name[other].references - found
        referred[name] = found
    groups: dict[frozenset[str] | str, list[Table]] = defaultdict(list)
    for name in sorted(by_name, key=lambda name: len(referred[name])):
        is_cyclic = name in referred[name]
        groups[frozenset(referred[name]) if is_cyclic else name].append(by_name[name])
    return list(groups.values())


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Read the state of this moment in the block, whatever others write; close the connection."""
    statements = ["BEGIN"]
    if connection.vendor == "postgresql":
        statements = [
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            "SET LOCAL idle_in_transaction_session_timeout = 0",
        ]
    try:
        with connection.cursor() as cursor:
            for statement in [*statements, "SELECT count(*) FROM django_migrations"]:
                cursor.execute(statement)
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
        connection.close()


def read_chunks(
    connection: BaseDatabaseWrapper, table: Table, *, size: int, after: Any = None
) -> Iterator[list[Row]]:
    """Read the rows after a key in the order of the keys, `size` at a time."""
    quote, reading = connection.ops.quote_name, _READ[connection.vendor]
    columns = ", ".join(
        reading.get(kind, "{0}").format(quote(name)) for name, kind in table.kinds.items()
    )
    key, position = quote(table.key), list(table.kinds).index(table.key)
    if connection.vendor == "postgresql" and table.kinds[table.key] == "CharField":
        key = f'{key} COLLATE "C"'
    while True:
        condition, params = ("", []) if after is None else (f"WHERE {key} > %s", [after])
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {columns} FROM {quote(table.name)} {condition}"  # noqa: S608
                f" ORDER BY {key} LIMIT {size}",
                params,
            )
            rows = cursor.fetchall()
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = rows[-1][position]


def count_rows(connection: BaseDatabaseWrapper, name: str) -> int:
    """Return the number of rows of a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
        return int(cursor.fetchone()[0])


def read_content(
    connection: BaseDatabaseWrapper, table: Table, *, size: int, on_rows: Callable[[int], Any]
) -> Content:
    """Return the number and the checksum of the rows of a table."""
    documents = [n for n, kind in enumerate(table.kinds.values()) if kind == "JSONField"]
    digest, count = hashlib.sha256(), 0
    for rows in read_chunks(connection, table, size=size):
        for row in rows:
            values = list(row)
            for column in documents:
                values[column] = _canonical_json(values[column])
            digest.update(repr(values).encode("utf-8", "surrogatepass"))
        count += len(rows)
        on_rows(len(rows))
    return Content(count, digest.hexdigest())


def _canonical_json(text: str | None) -> bytes | None:
    if text is None:
        return None
    value = _plain(json.loads(text, cls=LosslessJSONDecoder))
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    """Return a document in which equal numbers are written alike, as PostgreSQL does."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return int(value) if is_whole else value


class Copy:
    """A copy of tables from one database to another, which continues after an interruption.

    Each chunk is one transaction, and so is a group of tables that refer to each other. The
    transaction saves the last key in the target.
    """

    def __init__(
        self, source: BaseDatabaseWrapper, target: BaseDatabaseWrapper, *, size: int
    ) -> None:
        self.source, self.target, self.size = source, target, size

    def start(self, tables: list[Table], *, origin: str) -> int:
        """Prepare the target, and return the number of rows that an earlier run has copied.

        Raises
        ------
        DatabaseNotEmpty : the target has other rows.
        """
        if PROGRESS in self.target.introspection.table_names():
            if self._execute(f"SELECT last_key FROM {PROGRESS} WHERE name = ''") != [(origin,)]:  # noqa: S608
                raise DatabaseNotEmpty("it has a part of another database")
            return int(self._execute(f"SELECT sum(copied) FROM {PROGRESS}")[0][0])  # noqa: S608
        for table in tables:
            if table.name not in FILLED_BY_MIGRATE and count_rows(self.target, table.name):
                raise DatabaseNotEmpty(f"its table {table.name} has rows")
        with self._transaction():
            self._execute(
                f"CREATE TABLE {PROGRESS} (name varchar(100) PRIMARY KEY, last_key text,"
                " copied bigint NOT NULL)"
            )
            self._save("", origin, 0)
            for name in FILLED_BY_MIGRATE:
                self._execute(f"DELETE FROM {name}")  # noqa: S608
        return 0

    def run(self, groups: list[list[Table]], *, on_rows: Callable[[Table, int], Any]) -> None:
        """Copy what is not copied yet."""
        saved = self._execute(f"SELECT name, last_key, copied FROM {PROGRESS}")  # noqa: S608
        progress = {name: (last_key, copied) for name, last_key, copied in saved}
        for group in groups:
            is_cyclic = bool(group[0].references & {table.name for table in group})
            with self._transaction() if is_cyclic else nullcontext():
                for table in group:
                    self._copy(table, *progress.get(table.name, (None, 0)), on_rows)

    def finish(self) -> None:
        """Set the sequences, remove the progress, and collect the statistics of the planner."""
        for statement in self.target.ops.sequence_reset_sql(
            no_style(), apps.get_models(include_auto_created=True)
        ):
            self._execute(statement)
        self._execute(f"DROP TABLE {PROGRESS}")
        self._execute("ANALYZE")

    def _copy(
        self, table: Table, last_key: Any, copied: int, on_rows: Callable[[Table, int], Any]
    ) -> None:
        position, is_number = list(table.kinds).index(table.key), "Auto" in table.kinds[table.key]
        after = int(last_key) if is_number and last_key is not None else last_key
        kept = [n for n, name in enumerate(table.kinds) if name not in table.generated]
        for rows in read_chunks(self.source, table, size=self.size, after=after):
            copied += len(rows)
            with self._transaction():
                self._insert(table, [[row[n] for n in kept] for row in rows])
                self._save(table.name, str(rows[-1][position]), copied)
            on_rows(table, len(rows))

    def _insert(self, table: Table, rows: list[list[Any]]) -> None:
        quote = self.target.ops.quote_name
        columns = ", ".join(map(quote, table.written))
        with self.target.cursor() as cursor:
            if self.target.vendor == "postgresql":
                with cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN") as lines:
                    for row in rows:
                        lines.write_row(row)
                return
            # SQLite compares times as texts, and whole seconds are stored without a fraction.
            values = ", ".join(
                "replace(%s, '.000000', '')" if table.kinds[name] == "DateTimeField" else "%s"
                for name in table.written
            )
            cursor.executemany(
                f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({values})",  # noqa: S608
                rows,
            )

    def _save(self, name: str, last_key: str, copied: int) -> None:
        self._execute(f"DELETE FROM {PROGRESS} WHERE name = %s", [name])  # noqa: S608
        self._execute(f"INSERT INTO {PROGRESS} VALUES (%s, %s, %s)", [name, last_key, copied])  # noqa: S608

    def _transaction(self) -> transaction.Atomic:
        return transaction.Atomic(self.target.alias, savepoint=False, durable=False)

    def _execute(self, statement: str, params: list[Any] | None = None) -> list[Row]:
        with self.target.cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []
