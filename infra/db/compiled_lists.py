"""Lists whose statements are compiled once per shape, and then run with the values of a request.

The shape of a list is what its SQL depends on: which values there are, and of which types. The
values themselves are bound when a statement runs; only None and booleans are part of the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.db import models
from django.db.models import Field, Func, IntegerField, QuerySet

from infra.db.byte_limits import large_fields_of, select_beginnings
from infra.db.compiled_queries import CompiledQuery, CompiledSQL, Param
from infra.db.keyset import Cursor, after_cursor, order_of
from infra.db.top_per_owner import HIGH, LOW, page_by_owner

M = TypeVar("M", bound=models.Model)
Values = Mapping[str, Any]
Shape = tuple[tuple[str, Any], ...]
RawRow = tuple[Any, ...]

_FIELDS: dict[Any, Field[Any, Any]] = {
    UUID: models.UUIDField(),
    str: models.TextField(),
    int: IntegerField(),
    datetime: models.DateTimeField(),
}
_LENGTH = "beginning_length"
# Kinds of callers times sets of filters; a statement takes about 20 kB for each connection.
MAX_SHAPES = 256


def shape_of(values: Values) -> Shape:
    """Return the shape of named values; a value may be a tuple of values, named or not."""
    return tuple((name, _kind_of(value)) for name, value in values.items())


def _kind_of(value: Any) -> Any:
    if isinstance(value, tuple):
        return (type(value), *map(_kind_of, value))
    return type(value) if type(value) in _FIELDS else value


def placeholders(shape: Shape) -> dict[str, Any]:
    """Return the values of a shape with a `Param` instead of each value that is bound later."""
    return {name: _placeholder(name, kind) for name, kind in shape}


def _placeholder(name: str, kind: Any) -> Any:
    if isinstance(kind, tuple):
        make, *kinds = kind
        parts = [_placeholder(f"{name}.{n}", each) for n, each in enumerate(kinds)]
        return tuple(parts) if make is tuple else make(*parts)
    return Param(name, _FIELDS[kind]) if kind in _FIELDS else kind


def bindings(values: Values) -> dict[str, Any]:
    """Return the values by the names of their placeholders."""
    bound: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            bound |= bindings({f"{name}.{n}": each for n, each in enumerate(value)})
        else:
            bound[name] = value
    return bound


class QueryByShape(Generic[M]):
    """A queryset of named values, compiled once per shape of the values."""

    def __init__(self, build: Callable[..., QuerySet[M, Any]]) -> None:
        @lru_cache(MAX_SHAPES)
        def compile_shape(shape: Shape) -> CompiledQuery[Any]:
            return CompiledQuery(lambda: build(**placeholders(shape)))

        self._compile = compile_shape

    def all(self, **values: Any) -> list[M]:
        """Return all instances."""
        return self._compile(shape_of(values)).all(**bindings(values))

    def rows(self, **values: Any) -> list[list[Any]]:
        """Return the rows, for a queryset of `values_list()`."""
        return self._compile(shape_of(values)).rows(**bindings(values))


def _page(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Return the rows with a limit and an offset that are placeholders."""
    by_owner = page_by_owner(rows)
    return rows if by_owner is None else by_owner


class _CountAll(Func):
    """`COUNT(*)` as a plain expression, which groups nothing."""

    function, template, output_field = "COUNT", "%(function)s(*)", IntegerField()


class CompiledList:
    """The statements of an ordered queryset with placeholders: its pages and its count."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self.model = rows.model
        self.order = order_of(rows)
        self.large_fields = large_fields_of(rows)
        length = Param(_LENGTH, IntegerField())
        fields = [self.model._meta.get_field(column.lstrip("-")) for column in self.order]
        self._cursor_names = [f"cursor.{number}" for number in range(len(fields))]
        place: Any = tuple(map(Param, self._cursor_names, fields))

        def page(cursor: Cursor | None) -> CompiledQuery[Any]:
            return CompiledQuery(
                lambda: _page(select_beginnings(after_cursor(rows, cursor), length))
            )

        self._first = page(None)
        self._after = page(Cursor(values=place))
        self._before = page(Cursor(values=place, backwards=True))
        self._count: CompiledQuery[Any] = CompiledQuery(
            lambda: rows.order_by().values_list(_CountAll())
        )
        # The names of the columns if the queryset is of `values()`; the rows are instances if not.
        self.names = self._names_of(select_beginnings(rows, length))

    @staticmethod
    def _names_of(rows: QuerySet[Any, Any]) -> list[str]:
        if rows._fields is None:  # type: ignore[attr-defined]  # noqa: SLF001
            return []
        query: Any = rows.query
        if query.selected:
            return list(query.selected)
        return [*query.extra_select, *query.values_select, *query.annotation_select]

    def page(self, cursor: Cursor | None) -> CompiledSQL[Any]:
        """Return the statement of the rows after a cursor, or before it."""
        if cursor is None:
            return self._first.on_this_connection()
        return (self._before if cursor.backwards else self._after).on_this_connection()

    def cursor_values(self, cursor: Cursor | None) -> dict[str, Any]:
        """Return the values of a cursor by the names of their placeholders."""
        return dict(zip(self._cursor_names, cursor.values, strict=True)) if cursor else {}

    def count(self, values: Values) -> int:
        """Return the number of rows."""
        found = self._count.on_this_connection().fetch_slice(values)
        return int(found[0][0]) if found else 0


class CompiledRows:
    """A compiled list with the values of a request; it is sliced and counted like a queryset.

    `on_fetch` receives the rows as the driver returns them, before they are converted; not if they
    lack the end of a large column. They determine the rows of the list completely.
    """

    def __init__(self, compiled: CompiledList, values: Values) -> None:
        self.compiled = compiled
        self.values = values
        self.model = compiled.model
        self.large_fields: Sequence[str] = compiled.large_fields
        self.cursor: Cursor | None = None
        self.low, self.high = 0, cast("int | None", None)
        self.on_fetch: Callable[[list[RawRow]], None] | None = None

    def _copy(self) -> CompiledRows:
        copied = CompiledRows(self.compiled, self.values)
        copied.cursor, copied.on_fetch = self.cursor, self.on_fetch
        return copied

    def after(self, cursor: Cursor | None) -> CompiledRows:
        """Return the rows after a cursor (before it if `backwards`), nearest first."""
        following = self._copy()
        following.cursor = cursor
        return following

    def __getitem__(self, window: slice) -> CompiledRows:
        """Return the rows of a slice with a start and an end."""
        part = self._copy()
        part.low, part.high = window.start or 0, window.stop
        return part

    def count(self) -> int:
        """Return the number of rows, ignoring cursors and slices."""
        return self.compiled.count(self.values)

    def load(self, max_rows: int, length: int) -> list[Any]:
        """Return the first rows, of whose large columns only the first characters."""
        statement = self.compiled.page(self.cursor)
        low, high = self.low, self.low + max_rows
        high = high if self.high is None else min(high, self.high)
        bounds = {LOW: low, HIGH: high, _LENGTH: length}
        values = {**self.values, **self.compiled.cursor_values(self.cursor), **bounds}
        is_bounded = HIGH in statement.names_of_params
        raw = statement.fetch_slice(values, *(() if is_bounded else (low, high)))
        if self.on_fetch is not None and not self._is_cut(raw, length):
            self.on_fetch(raw)
        if not self.compiled.names:
            return statement.instances(raw)
        return [dict(zip(self.compiled.names, row, strict=True)) for row in statement.convert(raw)]

    def _is_cut(self, raw: Iterable[RawRow], length: int) -> bool:
        """Return whether a large column of one of the rows may go on."""
        columns = self._large_columns
        return any(len(row[n] or "") >= length for row in raw for n in columns)

    @cached_property
    def _large_columns(self) -> range:
        """The columns of the beginnings, which come last."""
        names = self.compiled.names
        return range(len(names) - len(self.large_fields), len(names))
