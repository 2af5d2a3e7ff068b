"""The values of an INSERT of one row or many, converted for each database.

The values equal those Django would send. `infra.db.compiled_queries` uses them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import models

from infra.db.models import IdField

Encoder = Callable[[Any], Any]
TYPES: dict[type[models.Field[Any, Any]], type] = {
    models.BigIntegerField: int,
    models.BinaryField: bytes,
    models.BooleanField: bool,
    models.CharField: str,
    models.DateField: date,
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
    IdField: str,
}


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# The elements of an array of PostgreSQL, as text.
ELEMENT_ENCODERS: dict[type, Callable[[Any], str]] = {
    UUID: attrgetter("hex"),
    bool: str,
    bytes: lambda value: _quote(f"\\x{value.hex()}"),
    date: date.isoformat,
    datetime: datetime.isoformat,
    float: repr,
    int: str,
    str: _quote,
}


def encode_array(values: Iterable[Any], encode: Callable[[Any], str]) -> str:
    """Return values as the text of a PostgreSQL array."""
    elements = ",".join(["NULL" if value is None else encode(value) for value in values])
    return f"{{{elements}}}"


def array_type(field: models.Field[Any, Any], wrapper: Any) -> str:
    """Return the PostgreSQL type of an array of a field's values.

    It has no length, so that a text that is too long is an error and not cut off.
    """
    name = (_target(field).db_type(wrapper) or "").partition("(")[0]
    return f"{name}[]"


def array_parameter(placeholder: str, field: models.Field[Any, Any], wrapper: Any) -> str:
    """Return the SQL of an array of a field's values as a parameter, for PostgreSQL.

    It is within a SELECT, which hides its length from the planner: a plan for a known length always
    seems cheaper than one for all, so none would be used twice.
    """
    kind = array_type(field, wrapper)
    return f"(SELECT {placeholder}::{kind})::{kind}"


def _target(field: models.Field[Any, Any]) -> models.Field[Any, Any]:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _driver_encoder(kind: type, wrapper: Any) -> Encoder | None:
    """Return the conversion of a field's own type for the driver; None: the driver takes it."""
    if kind is datetime and not wrapper.features.supports_timezones:
        zone = wrapper.timezone
        return lambda value: str(value.astimezone(zone).replace(tzinfo=None))
    if kind is date and not wrapper.features.supports_timezones:
        return date.isoformat
    if kind is UUID and not wrapper.features.has_native_uuid_field:
        return attrgetter("hex")
    return None


def _is_plain(value: Any, kind: Any) -> bool:
    """Return whether a field of this type stores the value unchanged.

    For a time without a time zone, the field warns and adds one.
    """
    is_naive = kind is datetime and type(value) is datetime and value.tzinfo is None
    return type(value) is kind and not is_naive


def value_encoder(field: models.Field[Any, Any], wrapper: Any) -> Encoder:
    """Return a function that returns the same as `field.get_db_prep_save`, at once for most."""
    target = _target(field)
    kind = TYPES.get(type(target), object)
    encode = _driver_encoder(kind, wrapper)

    def convert(value: Any) -> Any:
        if value is None and kind is not object:
            return None
        if _is_plain(value, kind):
            return value if encode is None else encode(value)
        return target.get_db_prep_save(value, wrapper)

    return convert


class Column:
    """One field of many rows, with the conversion of its values.

    `Field.get_prep_value` does not change values of the field's own type, so it is called only for
    values of another type.
    """

    def __init__(self, field: models.Field[Any, Any]) -> None:
        target = _target(field)
        has_auto_value = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        if type(target) not in TYPES or has_auto_value or field.has_db_default():
            raise TypeError(f"{field} needs bulk_create")
        self.field = target
        self.name = field.column
        self.attname = field.attname
        self.type = TYPES[type(target)]

    def prepare_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return values as stored; each is None or an instance of `type`.

        Raises
        ------
        TypeError : a value is an expression.
        """
        return values if self._are_plain(values) else [self.prepare(value) for value in values]

    def _are_plain(self, values: Sequence[Any]) -> bool:
        if self.type is object:
            return not any(hasattr(value, "resolve_expression") for value in values)
        if not {*map(type, values)} <= {self.type, NoneType}:
            return False
        return self.type is not datetime or all(value is None or value.tzinfo for value in values)

    def prepare(self, value: Any) -> Any:
        """Return a value as None or an instance of `type`; `TypeError` if it is an expression."""
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"an expression for {self.name} needs bulk_create")
        if value is None or (value == "" and not self.field.empty_strings_allowed):
            return None
        return self.field.get_prep_value(value)

    def dumps(self) -> Callable[[Any], str]:
        """Return the function that encodes JSON values as text."""
        field: Any = self.field
        encode: Callable[[Any], str] = (field.encoder or json.JSONEncoder)().encode
        return encode


class RowReader:
    """Reads the values of some columns from rows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        names = [column.attname for column in columns]
        self.from_fields = itemgetter(*names)
        self.from_row = attrgetter(*names)

    def row(self, row: models.Model) -> Sequence[Any]:
        """Return the values of one row."""
        try:
            # Without the descriptors of foreign keys.
            values: Sequence[Any] = self.from_fields(row.__dict__)
        except KeyError:
            values = self.from_row(row)
        return values

    def columns(self, rows: Iterable[models.Model]) -> Iterable[Sequence[Any]]:
        """Return the values of each column."""
        return zip(*map(self.row, rows), strict=True)


def _encode_all(values: Sequence[Any], encode: Encoder, kind: type) -> list[Any]:
    """Return the encoded values; equal times, of which there are many, are encoded once."""
    if kind is datetime:
        texts: dict[Any, Any] = {each: encode(each) for each in {*values} - {None}}
        return list(map(texts.get, values))
    return [None if value is None else encode(value) for value in values]


class RowEncoder:
    """Encodes rows for `VALUES (%s, …)`."""

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.values_sql = "VALUES ({})".format(", ".join(["%s"] * len(columns)))
        self.columns = [
            (
                column,
                column.dumps() if column.type is object else _driver_encoder(column.type, wrapper),
            )
            for column in columns
        ]
        self.read = RowReader(columns)
        # Values of these types are sent as they are.
        self.plain = [
            NoneType if encode or column.type is datetime else column.type
            for column, encode in self.columns
        ]

    def row(self, row: models.Model) -> list[Any]:
        """Return the parameters of one row."""
        return [
            value if value is None or type(value) is plain else self._encode(column, encode, value)
            for value, plain, (column, encode) in zip(
                self.read.row(row), self.plain, self.columns, strict=True
            )
        ]

    @staticmethod
    def _encode(column: Column, encode: Encoder | None, value: Any) -> Any:
        if not _is_plain(value, column.type):
            value = column.prepare(value)
        return value if encode is None or value is None else encode(value)

    def rows(self, rows: Sequence[models.Model]) -> Iterable[tuple[Any, ...]]:
        """Return the parameters of many rows, converted column by column."""
        columns = []
        for raw, (column, encode) in zip(self.read.columns(rows), self.columns, strict=True):
            values = column.prepare_all(raw)
            columns.append(_encode_all(values, encode, column.type) if encode else values)
        return zip(*columns, strict=True)


class UnnestInsert:
    """Inserts with `SELECT * FROM UNNEST(…)`: one array parameter per column, in one statement.

    This is Django's form for PostgreSQL, but the text of the arrays is built here, many times
    faster than by the driver. A single row uses VALUES, which PostgreSQL plans faster.
    """

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.columns = [(column, self._encoder(column)) for column in columns]
        self.read = RowReader(columns)
        arrays = ", ".join(f"%s::{array_type(column.field, wrapper)}" for column in columns)
        self.sql = f"SELECT * FROM UNNEST({arrays})"  # noqa: S608  # the fields' own types

    def arrays(self, rows: Sequence[models.Model]) -> list[str]:
        """Return the parameters: the text of one array for each column."""
        return [
            encode_array(column.prepare_all(raw), encode)
            for raw, (column, encode) in zip(self.read.columns(rows), self.columns, strict=True)
        ]

    @staticmethod
    def _encoder(column: Column) -> Callable[[Any], str]:
        if column.type is not object:
            return ELEMENT_ENCODERS[column.type]
        dumps = column.dumps()
        return lambda value: _quote(dumps(value))
