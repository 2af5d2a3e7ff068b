"""Rows of an INSERT, as each database keeps them: what Django would send, made column by column."""

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
MAX_ROWS_PER_STATEMENT = 1000  # rows in one statement, where parameters have no limit


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _array(values: Iterable[Any], spell: Callable[[Any], str]) -> str:
    elements = ",".join(["NULL" if value is None else spell(value) for value in values])
    return f"{{{elements}}}"


class Column:
    """One field of many rows.

    A field's own preparation leaves values of the field's own type alone, so it is asked only
    where one is of another.
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
        sets_itself = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        if type(target) not in self.TYPES or sets_itself or field.has_db_default():
            raise TypeError(f"{field} needs bulk_create")
        self.field = target
        self.name = field.column
        self.type = self.TYPES[type(target)]
        self.read = attrgetter(field.attname)

    def values(self, rows: Iterable[models.Model]) -> list[Any]:
        """Return the rows' values, each None or of the type.

        Raises
        ------
        TypeError : one is an expression.
        """
        values = list(map(self.read, rows))
        return values if self._are_plain(values) else [self._prepared(value) for value in values]

    def _are_plain(self, values: Sequence[Any]) -> bool:
        if self.type is object:
            return not any(hasattr(value, "resolve_expression") for value in values)
        if not {*map(type, values)} <= {self.type, NoneType}:
            return False
        # A field warns of a moment without a zone, and gives it one.
        return self.type is not datetime or all(value is None or value.tzinfo for value in values)

    def _prepared(self, value: Any) -> Any:
        if hasattr(value, "resolve_expression"):
            raise TypeError(f"an expression for {self.name} needs bulk_create")
        if value is None or (value == "" and not self.field.empty_strings_allowed):
            return None
        return self.field.get_prep_value(value)

    def dumps(self) -> Callable[[Any], str]:
        """Return what makes text of JSON."""
        return (self.field.encoder or json.JSONEncoder)().encode


class ValuesInsert:
    """`VALUES (…), (…)`, in as many statements as the database's limit of parameters asks for."""

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.columns = [(column, self._encoder(column, wrapper)) for column in columns]
        self.row = "({})".format(", ".join(["%s"] * len(columns)))
        limit = wrapper.features.max_query_params
        self.most = max(1, limit // len(columns)) if limit else MAX_ROWS_PER_STATEMENT

    def statements(self, rows: Sequence[models.Model]) -> Iterator[Statement]:
        """Return the texts, and the parameters of each."""
        columns = [
            [None if value is None else spell(value) for value in column.values(rows)]
            if spell
            else column.values(rows)
            for column, spell in self.columns
        ]
        stored = list(zip(*columns, strict=True))
        for first in range(0, len(stored), self.most):
            some = stored[first : first + self.most]
            values = ", ".join([self.row] * len(some))
            yield f"VALUES {values}", list(chain.from_iterable(some))

    @staticmethod
    def _encoder(column: Column, wrapper: Any) -> Callable[[Any], Any] | None:
        if column.type is object:
            return column.dumps()
        if column.type is datetime and not wrapper.features.supports_timezones:
            zone = wrapper.timezone
            return lambda moment: str(moment.astimezone(zone).replace(tzinfo=None))
        return attrgetter("hex") if column.type is UUID else None


class UnnestInsert:
    """`SELECT * FROM UNNEST(…)`: one text, with one parameter a column, for any number of rows.

    As Django's own for PostgreSQL, but the arrays are spelled here, many times faster than the
    driver spells them. One row alone is planned faster as VALUES.
    """

    ENCODERS: ClassVar[dict[type, Callable[[Any], str]]] = {
        UUID: attrgetter("hex"),
        bool: str,
        bytes: lambda value: _quoted(f"\\x{value.hex()}"),
        datetime: datetime.isoformat,
        float: repr,
        int: str,
        str: _quoted,
    }

    def __init__(self, columns: Sequence[Column], wrapper: Any) -> None:
        self.alone = ValuesInsert(columns, wrapper)
        self.columns = [(column, self._encoder(column)) for column in columns]
        # Without its length, so that what is too long is refused and not cut.
        types = [column.field.db_type(wrapper).partition("(")[0] for column in columns]
        arrays = ", ".join(f"%s::{name}[]" for name in types)
        self.text = f"SELECT * FROM UNNEST({arrays})"  # noqa: S608  # the fields' own types

    def statements(self, rows: Sequence[models.Model]) -> Iterator[Statement]:
        """Return the text, and the parameters of it."""
        if len(rows) == 1:
            yield from self.alone.statements(rows)
            return
        yield self.text, [_array(column.values(rows), spell) for column, spell in self.columns]

    def _encoder(self, column: Column) -> Callable[[Any], str]:
        if column.type is not object:
            return self.ENCODERS[column.type]
        dumps = column.dumps()
        return lambda value: _quoted(dumps(value))
