"""The lookup `__any_of`: equality with one of many values, which are a single parameter.

Unlike that of `__in`, its SQL is the same for any number of values, so it can be compiled once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup
from django.db.models.sql.compiler import SQLCompiler

from infra.db.compiled_queries import Param
from infra.db.insert_values import array_parameter, value_encoder


class _ValuesField(Field[Any, Any]):
    """Many values of a field: an array on PostgreSQL, a JSON array on SQLite."""

    def __init__(self, field: Field[Any, Any]) -> None:
        super().__init__()
        self.field = field

    def get_db_prep_save(self, value: Iterable[Any], connection: BaseDatabaseWrapper) -> Any:
        """Return the values as one parameter of a statement."""
        values = list(map(value_encoder(self.field, connection), value))
        return values if connection.vendor == "postgresql" else json.dumps(values)


class ManyParam(Param):
    """A placeholder for many values of a field, for the lookup `__any_of`."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(name, _ValuesField(field))


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup[Any]):
    """The column equals one of the values of a `ManyParam`."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        """Return SQL that reads the values from a JSON array."""
        return self._compare(compiler, connection, "{} IN (SELECT value FROM json_each({}))")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return SQL that compares with an array."""
        array = array_parameter("{}", self.lhs.output_field, connection)
        return self._compare(compiler, connection, f"{{}} = ANY({array})")

    def _compare(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, template: str
    ) -> tuple[str, list[Any]]:
        column, column_params = self.process_lhs(compiler, connection)
        values, value_params = self.process_rhs(compiler, connection)
        return template.format(column, values), [*column_params, *value_params]
