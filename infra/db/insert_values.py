"""The values of an INSERT of many rows, converted column by column for each database.

The values equal those Django would send. `infra.db.compiled_queries.CompiledUpsert` uses them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from types import NoneType
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

Statement = tuple[str, Sequence[Any]]
MAX_ROWS_PER_STATEMENT = 1000  # for databases without a limit of parameters


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _array(values: Iterable[Any], encode: Callable[[Any], str]) -> str:
    elements = ",".join(["NULL" if value is None else encode(value) for value in values])
    return f"{{{elements}}}"


class Column:
    """One field of many rows, with the conversion of its values.

    `Field.get_prep_value` does not change values of the field's own type, so it is called only for
    columns with a value of another type.
    """

    TYPES: ClassVar[dict[type[models.Field[Any, Any]], type]] = {
        models.BigIntegerField: int,
        models.BinaryField: bytes,
        models.BooleanField: bool,
        models.CharField: str,
        models.DateTimeField: datetime,
        models.FloatField: float,
        models.IntegerField: int,
        models.JSONField: object,
        models.PositiveBigIntegerField: int,
        models.PositiveIntegerField: int,
        models.PositiveSmallIntegerField: int,
        models.SmallIntegerField: int,
        models.TextField: str,
        models.UUIDField: UUID,
    }

    def __init__(self, field: models.Field[Any, Any]) -> None:
        target: Any = field
        while isinstance(target, models.ForeignKey):
            target = target.target_field
        has_auto_value = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        if type(target) not in self.TYPES or has_auto_value or field.has_db_default():
            raise TypeError(f"{field} needs bulk_create")
        self.field = target
        self.name = field.column
        self.type = self.TYPES[type(target)]
        self.read = attrgetter(field.attname)

    def values(self, rows: Iterable[models.Model]) -> list[Any]:
        """Return the rows' values; each is None or an instance of `type`.

        Raises
        ------
        TypeError : a value is an expression.
        """
        values = list(map(self.read, rows))
        return values if self._are_plain(values) else [self._prepare(value) for value in values]

    def _are_plain(self, values: Sequence[Any]) -> bool:
        if self.type is object:
            return not any(hasattr(value, "resolve_expression") for value in values)
        if not {*map(type, values)} <= {self.type, NoneType}:
            return False
        # For a time without a time zone, the field warns and adds one.
        return self.type is not datetime or all(value is None or value.tzinfo for value in values)

    def _prepare(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"an expression for {self.name} needs bulk_create")
        if value is None or (value == "" and not self.field.empty_strings_allowed):
            return None
        return self.field.get_prep_value(value)

    def dumps(self) -> Callable[[Any], str]:
        """Return the function that encodes JSON values as text."""
        return (self.field.encoder or json.JSONEncoder)().encode


class ValuesInsert:
    """Inserts with `VALUES (…), (…)`, in as many statements as the limit of parameters requires."""

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.columns = [(column, self._encoder(column, wrapper)) for column in columns]
        self.row = "({})".format(", ".join(["%s"] * len(columns)))
        limit = wrapper.features.max_query_params
        self.max_rows = max(1, limit // len(columns)) if limit else MAX_ROWS_PER_STATEMENT

    def statements(self, rows: Sequence[models.Model]) -> Iterator[Statement]:
        """Yield the SQL and the parameters of each statement."""
        columns = [
            [None if value is None else encode(value) for value in column.values(rows)]
            if encode
            else column.values(rows)
            for column, encode in self.columns
        ]
        value_rows = list(zip(*columns, strict=True))
        for first in range(0, len(value_rows), self.max_rows):
            batch = value_rows[first : first + self.max_rows]
            values = ", ".join([self.row] * len(batch))
            yield f"VALUES {values}", list(chain.from_iterable(batch))

    @staticmethod
    def _encoder(column: Column, wrapper: Any) -> Callable[[Any], Any] | None:
        if column.type is object:
            return column.dumps()
        if column.type is datetime and not wrapper.features.supports_timezones:
            zone = wrapper.timezone
            return lambda value: str(value.astimezone(zone).replace(tzinfo=None))
        return attrgetter("hex") if column.type is UUID else None


class UnnestInsert:
    """Inserts with `SELECT * FROM UNNEST(…)`: one array parameter per column, in one statement.

    This is Django's form for PostgreSQL, but the text of the arrays is built here, many times
    faster than by the driver. A single row uses VALUES, which PostgreSQL plans faster.
    """

    ENCODERS: ClassVar[dict[type, Callable[[Any], str]]] = {
        UUID: attrgetter("hex"),
        bool: str,
        bytes: lambda value: _quote(f"\\x{value.hex()}"),
        datetime: datetime.isoformat,
        float: repr,
        int: str,
        str: _quote,
    }

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.single_row = ValuesInsert(columns, wrapper)
        self.columns = [(column, self._encoder(column)) for column in columns]
        # Types without a length, so that a text that is too long is an error and not cut off.
        types = [column.field.db_type(wrapper).partition("(")[0] for column in columns]
        arrays = ", ".join(f"%s::{name}[]" for name in types)
        self.text = f"SELECT * FROM UNNEST({arrays})"  # noqa: S608  # the fields' own types

    def statements(self, rows: Sequence[models.Model]) -> Iterator[Statement]:
        """Yield the SQL and the parameters of the statement."""
        if len(rows) == 1:
            yield from self.single_row.statements(rows)
            return
        yield self.text, [_array(column.values(rows), encode) for column, encode in self.columns]

    def _encoder(self, column: Column) -> Callable[[Any], str]:
        if column.type is not object:
            return self.ENCODERS[column.type]
        dumps = column.dumps()
        return lambda value: _quote(dumps(value))
