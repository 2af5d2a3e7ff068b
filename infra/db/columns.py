"""Columns of queries as numpy arrays, and updates from such arrays, without an object per value.

PostgreSQL concatenates the binary form of each column, so that a query returns one value a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import models
from numpy.typing import NDArray

from infra.db.compiled_queries import current_connection

Array = NDArray[Any]
_NO_UUID = UUID(int=0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_POSTGRES_EPOCH = 946_684_800_000_000  # 2000-01-01, in microseconds since 1970
_FLOATS = ("float8send(COALESCE({}::float8, 'NaN'))", ">f8")
# How PostgreSQL encodes a column, and the type of its bytes.
_ENCODINGS: dict[type[models.Field[Any, Any]], tuple[str, str]] = {
    models.UUIDField: (f"uuid_send(COALESCE({{}}, '{_NO_UUID}'))", "S16"),
    models.DateTimeField: ("timestamptz_send({})", ">i8"),
    models.DateField: ("float8send(({} - DATE '1970-01-01')::float8)", ">f8"),
    models.BooleanField: ("float8send(COALESCE({}::int::float8, 'NaN'))", ">f8"),
}


def uuid_of(key: bytes) -> UUID:
    """Return a UUID of `read_columns`."""
    return UUID(bytes=key.ljust(16, b"\0"))


def read_columns(queryset: models.QuerySet[Any], *names: Any) -> dict[str, Array]:
    """Return columns of a query by name: UUIDs, times, dates, booleans and numbers.

    Parameters
    ----------
    names : as of `values_list`; an expression has its alias as its name.

    Returns
    -------
    Shape (rows,): UUIDs as 16 bytes (`S16`, empty if missing), times as whole microseconds since
    1970 UTC, dates as days since 1970, booleans and numbers as floats (NaN if missing). Times
    and dates must not be missing.
    """
    rows = queryset.values_list(*names)
    wrapper = current_connection()
    compiler = rows.query.get_compiler(connection=wrapper, elide_empty=False)
    sql, params = compiler.as_sql()
    kinds = [_kind(expression.output_field) for expression, _, _ in compiler.select]
    if wrapper.vendor != "postgresql":
        columns = [*zip(*rows.iterator(chunk_size=2000), strict=True)] or [()] * len(names)
        arrays = [_converted(kind, values) for kind, values in zip(kinds, columns, strict=True)]
        return dict(zip(names, arrays, strict=True))
    aliases = [f"c{number}" for number in range(len(names))]
    encodings = [_ENCODINGS.get(kind, _FLOATS) for kind in kinds]
    encoded = [
        f"string_agg({encoding.format(alias)}, '')"
        for alias, (encoding, _) in zip(aliases, encodings, strict=True)
    ]
    with wrapper.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(encoded)} FROM ({sql}) AS found ({', '.join(aliases)})",  # noqa: S608
            params,
        )
        values = cursor.fetchone()
    return {
        name: _decoded(kind, value or b"", type_)
        for name, kind, value, (_, type_) in zip(names, kinds, values, encodings, strict=True)
    }


def update_columns(
    model: type[models.Model], keys: list[UUID], columns: Mapping[str, list[Any]]
) -> None:
    """Set columns of rows; none may be missing.

    Parameters
    ----------
    keys : the primary keys, UUIDs.
    columns : values by field, shape (rows,).
    """
    wrapper, table = current_connection(), model._meta.db_table
    fields = [field for field in model._meta.concrete_fields if field.name in columns]
    with wrapper.cursor() as cursor:
        if wrapper.vendor == "postgresql":
            types = ", ".join(["%s::uuid[]", *(f"%s::{f.db_type(wrapper)}[]" for f in fields)])
            values = ", ".join(f'"{field.column}"' for field in fields)
            sets = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields)
            cursor.execute(
                f'UPDATE "{table}" SET {sets} FROM unnest({types}) AS v ("key", {values})'  # noqa: S608
                f' WHERE "{table}"."{model._meta.pk.column}" = v."key"',
                [keys, *(columns[field.name] for field in fields)],
            )
            return
        sets = ", ".join(f'"{field.column}" = %s' for field in fields)
        cursor.executemany(
            f'UPDATE "{table}" SET {sets} WHERE "{model._meta.pk.column}" = %s',  # noqa: S608
            zip(*(columns[field.name] for field in fields), (key.hex for key in keys), strict=True),
        )


def _kind(field: Any) -> type[models.Field[Any, Any]]:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return next((kind for kind in _ENCODINGS if isinstance(field, kind)), models.FloatField)


def _decoded(kind: type[models.Field[Any, Any]], value: bytes, type_: str) -> Array:
    array = np.frombuffer(value, type_)
    if kind is models.UUIDField:
        return array
    if kind is models.DateTimeField:
        return array.astype(np.int64) + _POSTGRES_EPOCH
    return array.astype(np.float64)


def _converted(kind: type[models.Field[Any, Any]], values: tuple[Any, ...]) -> Array:
    if kind is models.UUIDField:
        return np.array([b"" if key is None else key.bytes for key in values], dtype="S16")
    if kind is models.DateTimeField:
        return np.array([(at - _EPOCH) // _MICROSECOND for at in values], dtype=np.int64)
    if kind is models.DateField:
        first = date(1970, 1, 1)
        return np.array([(day - first).days for day in values], dtype=np.float64)
    return np.array(values, dtype=np.float64)
