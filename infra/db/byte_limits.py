"""Rows with large columns, brought only as far as so many bytes reach.

A first statement brings the beginnings of the large columns. What is short is whole by then, so an
ordinary list takes no other. Only what is longer is weighed, by the database, and then brought
batch by batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.db.models.sql.compiler import SQLCompiler

Row = dict[str, Any]

# What one answer carries of large columns, as the database spells them. A thread of the server
# holds a few times as much until it is sent.
MAX_BYTES = 8 * 1024 * 1024


class ByteLength(Length):
    """How many bytes a JSON column takes as text; SQLite's is ASCII, one byte a character."""

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        """Count bytes rather than characters."""
        return self.as_sql(compiler, connection, function="OCTET_LENGTH")


def _text(column: str) -> Cast:
    return Cast(column, TextField())


def _beginning(column: str) -> str:
    return f"{column}_beginning"


def _batches(rows: list[Row], sizes: list[int]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    held = 0
    for row, size in zip(rows, sizes, strict=True):
        if batch and held + size > MAX_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(row)
        held += size
    if batch:
        yield batch


class ByteLimitedRows:
    """The first rows of a queryset, in batches of at most `MAX_BYTES`, each of one row at least.

    A model names its large columns, all of them JSON, in `LARGE_FIELDS`; rows of such a model are
    of `values()`, their key among them. In a batch a row still lacks what is long: `whole` brings
    it.
    """

    def __init__(self, rows: QuerySet[Any, Any], most: int) -> None:
        self.model = rows.model
        self.large = [
            name
            for name in getattr(rows.model, "LARGE_FIELDS", ())
            if name in rows.query.values_select
        ]
        if not self.large:
            self.rows: list[Any] = list(rows[:most])
            self.batches = [self.rows]
            return
        # One decoder for all rows, where Django makes one for each value.
        self.decode = {name: self._decoder(name).decode for name in self.large}
        # As many rows as there may be, all of them just short, make one batch.
        self.short = MAX_BYTES // (most * len(self.large))
        self.rows = list(self._with_beginnings(rows)[:most])
        self.batches = list(_batches(self.rows, self._sizes())) or [[]]

    def first_batch(self, count: int) -> tuple[list[Any], bool]:
        """Return the first batch, so many rows of it at most, and whether there are more."""
        found = self.batches[0][:count]
        return found, len(self.rows) > len(found)

    def hydrate(self, batch: list[Any]) -> list[Any]:
        """Bring what a batch's rows lack; those that are gone by now are left out."""
        long = {row["id"] for row in batch if self._is_long(row)}
        if not long:
            return batch
        found = self._all().filter(pk__in=long).values("id", *self.large)
        brought = {row["id"]: row for row in found}
        return [
            {**row, **brought.get(row["id"], {})}
            for row in batch
            if row["id"] in brought or row["id"] not in long
        ]

    def _decoder(self, name: str) -> json.JSONDecoder:
        kind: type[json.JSONDecoder] | None = self.model._meta.get_field(name).decoder
        return (kind or json.JSONDecoder)()

    def _is_long(self, row: Row) -> bool:
        return bool(self.large) and self.large[0] not in row

    def _all(self) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = self.model._default_manager.all()
        return rows

    def _with_beginnings(self, rows: QuerySet[Any, Any]) -> QuerySet[Any, Row]:
        """Bring of each large column one character more than is short."""
        light = [name for name in rows.query.values_select if name not in self.large]
        beginnings = {_beginning(name): Left(_text(name), self.short + 1) for name in self.large}
        begun: QuerySet[Any, Row] = rows.values(*light, **beginnings)
        return begun

    def _sizes(self) -> list[int]:
        """Return the rows' sizes in bytes, and read the large columns of those that are short."""
        sizes = {row["id"]: self._read(row) for row in self.rows}
        if long := [key for key, size in sizes.items() if size is None]:
            weight = sum(
                (Coalesce(ByteLength(_text(name)), 0) for name in self.large), start=Value(0)
            )
            sizes |= self._all().filter(pk__in=long).values_list("id", weight)
        return [sizes[row["id"]] or 0 for row in self.rows]

    def _read(self, row: Row) -> int | None:
        """Read a row's large columns, and return their size in bytes; None where one is long."""
        texts = [(name, row.pop(_beginning(name)) or "null") for name in self.large]
        size = 0
        for _name, text in texts:
            if len(text) > self.short:
                return None
            size += len(text.encode())
        for name, text in texts:
            row[name] = self.decode[name](text)
        return size
