"""Querysets, updates and inserts that are compiled once per connection and then run with values.

Django needs several times longer to build and compile a query than SQLite needs to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

from infra.db.insert_values import Column, UnnestInsert, ValuesInsert

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

M = TypeVar("M", bound=Model)
_KEY = "pk"


class Param(Expression):
    """A placeholder in a query, whose value is passed by name when the query runs."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:  # noqa: ARG002
        """Return the placeholder, with the parameter itself in place of a value."""
        return "%s", [self]


def _bind(params: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    """Replace each `Param` by its value, converted for the database."""
    return [
        param.output_field.get_db_prep_save(values[param.name], connection)
        if isinstance(param, Param)
        else param
        for param in params
    ]


def _cursor() -> CursorWrapper:
    """Return a cursor; with PostgreSQL, one that prepares statements if that is configured.

    A prepared statement is planned once per connection. While queries are logged, Django's own
    cursor is used: it binds on the client, so the log shows the values.
    """
    wrapper: Any = connections[connection.alias]
    threshold = wrapper.settings_dict["OPTIONS"].get("prepare_threshold")
    if wrapper.vendor != "postgresql" or threshold is None or wrapper.queries_logged:
        return connection.cursor()
    wrapper.ensure_connection()
    wrapper.validate_thread_sharing()
    cursor: CursorWrapper = wrapper.make_cursor(psycopg.Cursor(wrapper.connection))
    return cursor


class CompiledSQL(Generic[M]):
    """The SQL of one queryset on one connection, and the conversion of its rows to instances."""

    def __init__(self, queryset: QuerySet[M]) -> None:
        compiler: Any = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        self.compiler = compiler
        self.converters = compiler.get_converters([entry[0] for entry in compiler.select])
        if compiler.klass_info is None:
            self.related: list[Any] = []
            return
        fields = compiler.klass_info["select_fields"]
        self.model = compiler.klass_info["model"]
        self.end = fields[-1] + 1
        self.annotations = compiler.annotation_col_map
        self.names = [compiler.select[index][0].target.attname for index in fields]
        self.related = get_related_populators(  # type: ignore[call-arg]  # the stubs are of Django 6
            compiler.klass_info, compiler.select, queryset.db
        )

    def rows(self, values: Mapping[str, Any]) -> list[list[Any]]:
        """Run the query, and return its converted rows."""
        with _cursor() as cursor:
            cursor.execute(self.sql, _bind(self.params, values))
            rows = cursor.fetchall()
        converted: list[list[Any]] = list(self.compiler.apply_converters(rows, self.converters))
        return converted

    def instances(self, values: Mapping[str, Any]) -> list[M]:
        """Run the query, and return its rows as model instances."""
        found = []
        for row in self.rows(values):
            instance = self.model.from_db(connection.alias, self.names, row[: self.end])
            for populator in self.related:
                populator.populate(row, instance)
            for name, column_index in self.annotations.items():
                setattr(instance, name, row[column_index])
            found.append(instance)
        return found


class CompiledQuery(Generic[M]):
    """A queryset with `Param` placeholders, compiled on first use, once per connection."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self.build = build
        self.compiled: WeakKeyDictionary[Any, CompiledSQL[M]] = WeakKeyDictionary()

    def _for_this_connection(self) -> CompiledSQL[M]:
        wrapper = connections[connection.alias]
        compiled = self.compiled.get(wrapper)
        if compiled is None:
            compiled = self.compiled[wrapper] = CompiledSQL(self.build())
        return compiled

    def rows(self, **values: Any) -> list[list[Any]]:
        """Return the rows, for a queryset of `values_list()`."""
        return self._for_this_connection().rows(values)

    def all(self, **values: Any) -> list[M]:
        """Return all instances."""
        return self._for_this_connection().instances(values)

    def one(self, **values: Any) -> M | None:
        """Return the first instance, or None if there is none."""
        return next(iter(self._for_this_connection().instances(values)), None)


class CompiledUpdate(Generic[M]):
    """A compiled `save(update_fields=…)` of rows for a fixed set of fields."""

    def __init__(self, model: type[M], names: Sequence[str]) -> None:
        self.fields: list[Field[Any, Any]] = [
            field for field in model._meta.concrete_fields if field.name in names
        ]
        self.model = model
        self.compiled: WeakKeyDictionary[Any, tuple[str, Sequence[Any]]] = WeakKeyDictionary()

    def __call__(self, *instances: M) -> None:
        """Save the fields of rows.

        Raises
        ------
        DatabaseError : a row does not exist any more.
        """
        if not instances:
            return
        wrapper = connections[connection.alias]
        if wrapper not in self.compiled:
            self.compiled[wrapper] = self._compile()
        sql, params = self.compiled[wrapper]
        rows = [_bind(params, self._values(instance)) for instance in instances]
        with _cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(sql, rows[0])
            else:
                cursor.executemany(sql, rows)
            if cursor.rowcount != len(rows):
                raise DatabaseError("the row is gone")

    def _values(self, instance: M) -> dict[str, Any]:
        values = {field.attname: getattr(instance, field.attname) for field in self.fields}
        return {**values, _KEY: instance.pk}

    def _compile(self) -> tuple[str, Sequence[Any]]:
        key = Param(_KEY, self.model._meta.pk)
        found = self.model._default_manager.filter(pk=key)
        query: Any = found.query.chain(UpdateQuery)
        query.add_update_values({field.name: Param(field.attname, field) for field in self.fields})
        sql, params = query.get_compiler(connection=connection).as_sql()
        return sql, params


class CompiledUpsert(Generic[M]):
    """A compiled `bulk_create()` of one model; with `update_fields`, with `update_conflicts=True`.

    Raises
    ------
    TypeError : the model has a field that only Django's `bulk_create()` can store.
    """

    def __init__(
        self,
        model: type[M],
        *,
        unique_fields: Sequence[str] = (),
        update_fields: Sequence[str] = (),
    ) -> None:
        meta = model._meta
        if meta.private_fields or any(field.model is not model for field in meta.concrete_fields):
            raise TypeError(f"{model} needs bulk_create")
        if bool(unique_fields) != bool(update_fields):
            raise TypeError("unique_fields and update_fields go together")
        self.model = model
        # The database computes generated columns.
        self.columns = [Column(field) for field in meta.concrete_fields if not field.generated]
        self.relations = [
            (field.name, field.attname) for field in meta.concrete_fields if field.is_relation
        ]
        self.unique = [self._column(name) for name in unique_fields]
        self.updated = [self._column(name) for name in update_fields]
        self.compiled: WeakKeyDictionary[Any, tuple[str, UnnestInsert | ValuesInsert, str]] = (
            WeakKeyDictionary()
        )

    def __call__(self, instances: Iterable[M]) -> None:
        """Insert the rows; with `update_fields`, update those that exist.

        Raises
        ------
        TypeError : a value is an expression.
        ValueError : a row refers to an unsaved instance.
        """
        rows = list(instances)
        if not rows:
            return
        self._set_keys(rows)
        wrapper = connections[connection.alias]
        if wrapper not in self.compiled:
            self.compiled[wrapper] = self._compile(wrapper)
        prefix, values, suffix = self.compiled[wrapper]
        with transaction.atomic(savepoint=False), _cursor() as cursor:
            for sql, params in values.statements(rows):
                cursor.execute(f"{prefix} {sql} {suffix}", params)
        for row in rows:
            state = row._state  # noqa: SLF001  # as bulk_create leaves it
            state.adding, state.db = False, connection.alias

    def _column(self, name: str) -> str:
        field: Any = self.model._meta.get_field(name)
        column: str = field.column
        return column

    def _set_keys(self, rows: Iterable[Any]) -> None:
        """Set the primary keys of rows that have none, and the foreign keys of saved relations."""
        key: Any = self.model._meta.pk
        for row in rows:
            if row.pk is None:
                row.pk = key.get_pk_value_on_save(row)
            if self._has_stale_reference(row):
                row._prepare_related_fields_for_save("bulk_create")  # noqa: SLF001

    def _has_stale_reference(self, row: Any) -> bool:
        """Return True if a related instance has no key, or not that of the foreign key field."""
        cached = row._state.fields_cache  # noqa: SLF001
        references = [
            (cached[name], getattr(row, attname))
            for name, attname in self.relations
            if cached.get(name) is not None
        ]
        return any(key is None or other.pk is not key for other, key in references)

    def _compile(self, wrapper: Any) -> tuple[str, UnnestInsert | ValuesInsert, str]:
        ops, quoted = wrapper.ops, wrapper.ops.quote_name
        conflict = OnConflict.UPDATE if self.updated else None
        names = ", ".join(quoted(column.name) for column in self.columns)
        prefix = f"{ops.insert_statement(on_conflict=conflict)} {quoted(self.model._meta.db_table)}"
        insert_class = UnnestInsert if wrapper.vendor == "postgresql" else ValuesInsert
        suffix = ops.on_conflict_suffix_sql(None, conflict, self.updated, self.unique)
        return f"{prefix} ({names})", insert_class(self.columns, wrapper), suffix
