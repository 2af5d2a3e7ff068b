"""Rows with large JSON columns, loaded in batches of a limited number of bytes.

A first query loads the beginning of each large column. Short values are complete by then, so an
ordinary list needs no other query. Only for the longer values, the database computes the sizes,
and they are loaded batch by batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Left, Length
from django.db.models.sql.compiler import SQLCompiler

Row = dict[str, Any]

# The maximum bytes of large columns in one response, in the database's text form. A server thread
# needs a few times as much memory until the response is sent.
MAX_BYTES = 8 * 1024 * 1024


class ByteLength(Length):
    """The size of a JSON column's text in bytes; SQLite's text is ASCII, one byte a character."""

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        """Return SQL that counts bytes, not characters."""
        return self.as_sql(compiler, connection, function="OCTET_LENGTH")


def _as_text(column: str) -> Cast:
    return Cast(column, TextField())


def _beginning(column: str) -> str:
    return f"{column}_beginning"


def large_fields_of(rows: QuerySet[Any, Any]) -> list[str]:
    """Return the large columns of a queryset's model that the queryset selects."""
    selected = rows.query.values_select
    return [name for name in getattr(rows.model, "LARGE_FIELDS", ()) if name in selected]


def select_beginnings(rows: QuerySet[Any, Any], length: Any) -> QuerySet[Any, Any]:
    """Select only the first characters of each large column; `length` may be a placeholder."""
    large_fields = large_fields_of(rows)
    if not large_fields:
        return rows
    other_fields = [name for name in rows.query.values_select if name not in large_fields]
    beginnings = {_beginning(name): Left(_as_text(name), length) for name in large_fields}
    return rows.values(*other_fields, **beginnings)


class RowSource(Protocol):
    """A list of rows that is not a queryset."""

    model: Any
    large_fields: Sequence[str]

    def load(self, max_rows: int, length: int) -> list[Any]:
        """Return the first rows, of whose large columns only the first characters."""


def _batches(rows: list[Row], sizes: list[int]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    batch_size = 0
    for row, size in zip(rows, sizes, strict=True):
        if batch and batch_size + size > MAX_BYTES:
            yield batch
            batch, batch_size = [], 0
        batch.append(row)
        batch_size += size
    if batch:
        yield batch


class ByteLimitedRows:
    """The first rows of a queryset, in batches of at most `MAX_BYTES` and at least one row each.

    A model lists its large columns, all of them JSON, in `LARGE_FIELDS`. For such a model the
    queryset must be of `values()` with the field `id`. The rows of a batch still lack their long
    values, which `hydrate` loads.
    """

    def __init__(self, rows: QuerySet[Any, Any] | RowSource, max_rows: int) -> None:
        self.model = rows.model
        self.large_fields = (
            large_fields_of(rows) if isinstance(rows, QuerySet) else list(rows.large_fields)
        )
        # Even if all rows have short values of the maximum length, they fit into one batch.
        self.max_short_length = MAX_BYTES // (max_rows * max(1, len(self.large_fields)))
        # One character more than a short value has.
        length = self.max_short_length + 1
        self.rows: list[Any] = (
            list(select_beginnings(rows, length)[:max_rows])
            if isinstance(rows, QuerySet)
            else rows.load(max_rows, length)
        )
        if not self.large_fields:
            self.batches = [self.rows]
            return
        # One decoder for all rows; Django would create one for each value.
        self.decode = {name: self._decoder(name).decode for name in self.large_fields}
        self.batches = list(_batches(self.rows, self._sizes())) or [[]]

    def first_batch(self, count: int) -> tuple[list[Any], bool]:
        """Return at most `count` rows of the first batch, and whether there are more rows."""
        found = self.batches[0][:count]
        return found, len(self.rows) > len(found)

    def hydrate(self, batch: list[Any]) -> list[Any]:
        """Return a batch's rows with their long values; rows deleted meanwhile are left out."""
        long = {row["id"] for row in batch if self._is_long(row)}
        if not long:
            return batch
        found = self._all_rows().filter(pk__in=long).values("id", *self.large_fields)
        long_values = {row["id"]: row for row in found}
        return [
            {**row, **long_values.get(row["id"], {})}
            for row in batch
            if row["id"] in long_values or row["id"] not in long
        ]

    def _decoder(self, name: str) -> json.JSONDecoder:
        kind: type[json.JSONDecoder] | None = self.model._meta.get_field(name).decoder
        return (kind or json.JSONDecoder)()

    def _is_long(self, row: Row) -> bool:
        return bool(self.large_fields) and self.large_fields[0] not in row

    def _all_rows(self) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = self.model._default_manager.all()
        return rows

    def _sizes(self) -> list[int]:
        """Return the rows' sizes in bytes, and decode the large columns of rows that are short."""
        sizes = {row["id"]: self._decode_short(row) for row in self.rows}
        if long := [key for key, size in sizes.items() if size is None]:
            size = sum(
                (Coalesce(ByteLength(_as_text(name)), 0) for name in self.large_fields),
                start=Value(0),
            )
            sizes |= self._all_rows().filter(pk__in=long).values_list("id", size)
        return [sizes[row["id"]] or 0 for row in self.rows]

    def _decode_short(self, row: Row) -> int | None:
        """Decode a row's large columns, and return their size in bytes; None if one is long."""
        texts = [(name, row.pop(_beginning(name)) or "null") for name in self.large_fields]
        size = 0
        for _name, text in texts:
            if len(text) > self.max_short_length:
                return None
            size += len(text.encode())
        for name, text in texts:
            row[name] = self.decode[name](text)
        return size
