"""Lookup of the rows of several tables for each of many given rows of values, in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Field, Model

from infra.db.compiled_queries import (
    InstanceMaker,
    PerConnection,
    Statement,
    current_connection,
    row_converters,
)
from infra.db.insert_values import ELEMENT_ENCODERS, TYPES, array_parameter, encode_array

Found = tuple[Any, ...]


@dataclass(frozen=True)
class Join:
    """A table that is joined with at most one row for each given row.

    `condition` is SQL. It names the given values `given.NAME`, and the columns of this table and
    of those before it `ALIAS.COLUMN`. With `is_required`, given rows without a row here are left
    out.
    """

    alias: str
    model: type[Model]
    condition: str
    is_required: bool = False


class CompiledLookup:
    """A lookup that is compiled once per connection; the plan does not depend on statistics.

    Parameters
    ----------
    values : the fields of one given row, by name: UUIDs, texts or integers.
    joins : the tables, in order.
    """

    def __init__(self, values: Mapping[str, Field[Any, Any]], *joins: Join) -> None:
        self.values = values
        self.joins = joins
        self.compiled = PerConnection(lambda wrapper: _SQL(self, wrapper))

    def __call__(self, given: Sequence[Sequence[Any]]) -> list[Found]:
        """Return for each given row its position and one instance per table, None without a row.

        Instances with the same key are the same instance.
        """
        wrapper = current_connection()
        return self.compiled.get(wrapper).run(wrapper, given)


class _SQL:
    """The statement on one connection."""

    def __init__(self, lookup: CompiledLookup, wrapper: Any) -> None:
        self.is_sqlite = wrapper.vendor == "sqlite"
        self.encoders = [ELEMENT_ENCODERS[TYPES[type(field)]] for field in lookup.values.values()]
        self.tables = []
        start = 1
        for join in lookup.joins:
            self.tables.append(_Table(join, wrapper, start))
            start += len(self.tables[-1].names)
        selected = ", ".join(["given.n", *(table.columns for table in self.tables)])
        source = self._json(lookup) if self.is_sqlite else self._unnest(lookup, wrapper)
        joins = " ".join(table.join_sql for table in self.tables)
        self.statement = Statement(f"SELECT {selected} FROM {source} {joins}", wrapper)  # noqa: S608

    @staticmethod
    def _json(lookup: CompiledLookup) -> str:
        columns = [
            f"json_extract(value, '$[{index}]') AS {name}"
            for index, name in enumerate(lookup.values)
        ]
        return f"(SELECT key AS n, {', '.join(columns)} FROM json_each(%s)) AS given"  # noqa: S608

    @staticmethod
    def _unnest(lookup: CompiledLookup, wrapper: Any) -> str:
        arrays = [array_parameter("%s", field, wrapper) for field in lookup.values.values()]
        return (
            f"UNNEST({', '.join(arrays)}) WITH ORDINALITY AS given({', '.join(lookup.values)}, n)"
        )

    def run(self, wrapper: Any, given: Sequence[Sequence[Any]]) -> list[Found]:
        if not given:
            return []
        rows = self.statement.fetch(wrapper, self._params(given))
        first = 0 if self.is_sqlite else 1
        seen: dict[Any, Any] = {}
        return [
            (row[0] - first, *[table.instance(row, seen) for table in self.tables]) for row in rows
        ]

    def _params(self, given: Sequence[Sequence[Any]]) -> list[str]:
        if self.is_sqlite:
            return [json.dumps(given, default=_hex, separators=(",", ":"))]
        columns = zip(*given, strict=True)
        return [encode_array(*each) for each in zip(columns, self.encoders, strict=True)]


def _hex(value: UUID) -> str:
    return value.hex


class _Table:
    """One joined table: its SQL, and its part of a row."""

    def __init__(self, join: Join, wrapper: Any, start: int) -> None:
        quoted = wrapper.ops.quote_name
        fields: list[Any] = list(join.model._meta.concrete_fields)
        self.columns = ", ".join(f"{join.alias}.{quoted(field.column)}" for field in fields)
        self.names = [field.attname for field in fields]
        self.alias = join.alias
        self.maker: InstanceMaker[Model] = InstanceMaker(join.model, wrapper.alias)
        self.key = self.names.index(join.model._meta.pk.attname)
        self.join_sql = self._join_sql(join, quoted(join.model._meta.db_table), wrapper)
        self.start = start
        converters = {
            index: (found, column)
            for index, field in enumerate(fields)
            if (column := field.get_col(join.alias))
            and (
                found := [
                    *wrapper.ops.get_db_converters(column),
                    *column.get_db_converters(wrapper),
                ]
            )
        }
        self.converters = row_converters(converters, wrapper)

    @staticmethod
    def _join_sql(join: Join, table: str, wrapper: Any) -> str:
        kind = "JOIN" if join.is_required else "LEFT JOIN"
        if wrapper.vendor == "sqlite":
            kind = "CROSS JOIN" if join.is_required else kind  # keeps the order of the tables
            return f"{kind} {table} AS {join.alias} ON {join.condition}"
        # With LIMIT, PostgreSQL looks each row up in an index, whatever it expects of the tables.
        rows = f"SELECT * FROM {table} AS {join.alias} WHERE {join.condition} LIMIT 1"  # noqa: S608
        return f"{kind} LATERAL ({rows}) AS {join.alias} ON TRUE"

    def instance(self, row: Sequence[Any], seen: dict[Any, Any]) -> Any:
        """Return this table's instance of a row, None if there is none."""
        raw_key = row[self.start + self.key]
        if raw_key is None:
            return None
        found = seen.get((self.alias, raw_key))
        if found is None:
            values = list(row[self.start : self.start + len(self.names)])
            for index, convert in self.converters:
                values[index] = convert(values[index])
            found = self.maker.from_db("", self.names, values)
            seen[self.alias, raw_key] = found
        return found
