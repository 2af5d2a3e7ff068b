"""Querysets, updates and inserts that are compiled once per connection and then run with values.

Django needs several times longer to build and compile a query than SQLite needs to run it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery

from infra.db.insert_values import Column, RowEncoder, UnnestInsert, value_encoder

M = TypeVar("M", bound=Model)
T = TypeVar("T")
Converter = Callable[[Any], Any]
_KEY = "pk"
# The cursors of larger results are not used again.
MAX_KEPT_ROWS = 100
_FROM_DB = vars(Model)["from_db"].__func__


class RowIsGone(DatabaseError):
    """The row to be updated does not exist any more."""


class Param(Expression):
    """A placeholder in a query, whose value is passed by name when the query runs."""

    def __init__(self, name: str, output_field: Field[Any, Any]) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> Any:  # noqa: ARG002
        """Return the placeholder, with the parameter itself in place of a value."""
        return "%s", [self]


class PerConnection(Generic[T]):
    """A value that is computed on first use on each connection, and stored in the connection."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute

    def get(self, wrapper: Any) -> T:
        """Return the value for a connection."""
        values = wrapper.__dict__.setdefault("compiled_statements", {})
        try:
            value: T = values[self]
        except KeyError:
            value = values[self] = self.compute(wrapper)
        return value


class Statement:
    """The text of a statement with `%s` placeholders, executed with as little as possible around.

    With PostgreSQL, the server prepares the statement if that is configured: it is planned once per
    connection. Django's own cursor, which binds on the client, is used if it is not, and while
    queries are logged or wrapped.
    """

    def __init__(self, sql: str, wrapper: Any) -> None:
        # A cursor of psycopg keeps its conversions for the next run of the identical text.
        self.sql = sys.intern(sql)
        self.is_sqlite = wrapper.vendor == "sqlite"
        self.is_prepared = wrapper.settings_dict["OPTIONS"].get("prepare_threshold") is not None
        self.is_logged = settings.DEBUG
        self.driver_sql = FORMAT_QMARK_REGEX.sub("?", sql).replace("%%", "%")

    def fetch(self, wrapper: Any, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run the statement, and return its rows as the driver does."""
        rows: list[tuple[Any, ...]] = self._run("execute", wrapper, params).fetchall()
        return rows

    def execute(self, wrapper: Any, params: Sequence[Any]) -> int:
        """Run the statement, and return the number of rows."""
        count: int = self._run("execute", wrapper, params).rowcount
        return count

    def execute_many(self, wrapper: Any, rows: Iterable[Sequence[Any]]) -> int:
        """Run the statement once for each row of parameters, and return the number of rows."""
        count: int = self._run("executemany", wrapper, rows).rowcount
        return count

    def _run(self, method: str, wrapper: Any, params: Any) -> Any:
        """Run the statement, and return its cursor."""
        is_wrapped = self.is_logged or wrapper.force_debug_cursor or wrapper.execute_wrappers
        if is_wrapped or not (self.is_sqlite or self.is_prepared):
            cursor = wrapper.cursor()
            getattr(cursor, method)(self.sql, params)
            return cursor
        wrapper.close_if_health_check_failed()
        if wrapper.connection is None:
            wrapper.ensure_connection()
        if wrapper.needs_rollback:
            wrapper.validate_no_broken_transaction()
        with wrapper.wrap_database_errors:
            if self.is_sqlite:
                return getattr(wrapper.connection, method)(self.driver_sql, params)
            return self._run_prepared(method, wrapper.connection, params)

    def _run_prepared(self, method: str, connection: Any, params: Any) -> Any:
        """Run the statement with its cursor on a connection of psycopg, which is kept there.

        A new cursor would look up the conversions of all parameters and columns again.
        """
        cursors = vars(connection).setdefault("cursors_of_statements", {})
        cursor = cursors.pop(self.sql, None) or psycopg.Cursor(connection)
        getattr(cursor, method)(self.sql, params)
        if cursor.rowcount <= MAX_KEPT_ROWS:  # it also keeps the rows
            cursors[self.sql] = cursor
        return cursor


def current_connection() -> Any:
    """Return this thread's connection to the default database."""
    return connections[DEFAULT_DB_ALIAS]


class _Binding:
    """The parameters of a compiled statement: constants, and values that are passed by name."""

    def __init__(self, params: Sequence[Any], wrapper: Any) -> None:
        self.params = [
            (param.name, value_encoder(param.output_field, wrapper))
            if isinstance(param, Param)
            else (None, param)
            for param in params
        ]

    def __call__(self, values: Mapping[str, Any]) -> list[Any]:
        return [encode if name is None else encode(values[name]) for name, encode in self.params]


class InstanceMaker(Generic[M]):
    """Makes model instances of database rows, as `Model.from_db` does, but without its checks."""

    def __init__(self, model: type[M], alias: str) -> None:
        own: Any = model
        if own.__init__ is not Model.__init__ or own.from_db.__func__ is not _FROM_DB:
            raise TypeError(f"{model} makes its instances itself")
        self.model = model
        self.alias = alias

    def from_db(self, _alias: str, names: Iterable[str], values: Iterable[Any]) -> M:
        """Return an instance with values of the named fields; the other fields are deferred."""
        instance = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, self.alias
        fields = instance.__dict__
        fields["_state"] = state
        fields.update(zip(names, values, strict=False))
        return instance


class BlankInstance(Generic[M]):
    """Makes new instances of a model, as its class does, but without its checks."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        self.defaults = {field.attname: field.get_default() for field in fields}
        self.key = model._meta.pk.attname
        key: Any = model._meta.pk
        # Without the wrapper of `get_default`.
        self.new_key = key.default if callable(key.default) else key.get_default

    def __call__(self, **values: Any) -> M:
        """Return an instance with these values by attribute, and the defaults of all others."""
        instance = self.model.__new__(self.model)
        instance.__dict__.update(self.defaults, **values)
        instance.__dict__["_state"] = ModelState()
        if self.key not in values:
            instance.__dict__[self.key] = self.new_key()
        return instance


def cache_related(instance: Any, name: str, related: Model | None) -> None:
    """Set a related instance that was read together with an instance, so that nothing queries it.

    Its key is the one that the instance has already.
    """
    instance._state.fields_cache[name] = related  # noqa: SLF001


def _instance_maker(model: type[M], alias: str) -> Any:
    try:
        return InstanceMaker(model, alias)
    except TypeError:
        return model


def _speed_up(populator: Any) -> Any:
    """Let a populator of joined rows make its instances with `InstanceMaker`."""
    populator.model_cls = _instance_maker(populator.model_cls, populator.db)
    for joined in populator.related_populators:
        _speed_up(joined)
    return populator


@lru_cache(maxsize=10_000)
def _parse_uuid(text: str | None) -> UUID | None:
    """Return a key as SQLite stores it; keys of facilities, skills and learners occur often."""
    return None if text is None else UUID(text)


def _in_utc(value: datetime | str | None) -> datetime | None:
    """Return a time as SQLite's driver returns it, with its time zone."""
    if isinstance(value, str):  # of an expression
        value = datetime.fromisoformat(value)
    return None if value is None else value.replace(tzinfo=UTC)


def row_converters(
    converters: Mapping[int, tuple[Sequence[Any], Any]], wrapper: Any
) -> list[tuple[int, Converter]]:
    """Return the columns to convert, each with one function for all of its converters."""

    def chain(functions: Sequence[Any], expression: Any) -> Converter:
        def convert(value: Any) -> Any:
            for function in functions:
                value = function(value, expression, wrapper)
            return value

        return convert

    found: list[tuple[int, Converter]] = []
    for index, (functions, expression) in converters.items():
        names = [each.__name__ for each in functions]
        if names == ["convert_uuidfield_value"]:
            found.append((index, _parse_uuid))
        elif names == ["convert_datetimefield_value"] and wrapper.timezone is UTC:
            found.append((index, _in_utc))
        else:
            found.append((index, chain(functions, expression)))
    return found


class CompiledSQL(Generic[M]):
    """The SQL of one queryset on one connection, and the conversion of its rows to instances."""

    def __init__(self, queryset: QuerySet[M], wrapper: Any) -> None:
        compiler: Any = queryset.query.get_compiler(connection=wrapper)
        self.alias = wrapper.alias
        self.is_empty, self.names_of_params = False, set[str]()
        try:
            self.sql, params = compiler.as_sql()
        except EmptyResultSet:
            self.is_empty = True
            return
        self.names_of_params = {param.name for param in params if isinstance(param, Param)}
        self.statement = Statement(self.sql, wrapper)
        self.bind = _Binding(params, wrapper)
        self.converters = row_converters(
            compiler.get_converters([entry[0] for entry in compiler.select]), wrapper
        )
        if compiler.klass_info is None:
            return
        fields = compiler.klass_info["select_fields"]
        self.maker = _instance_maker(compiler.klass_info["model"], wrapper.alias)
        self.end = fields[-1] + 1
        self.annotations = compiler.annotation_col_map
        self.names = [compiler.select[index][0].target.attname for index in fields]
        self.related = [
            _speed_up(populator)
            for populator in get_related_populators(  # type: ignore[call-arg]  # stubs of Django 6
                compiler.klass_info, compiler.select, queryset.db
            )
        ]

    def fetch(self, wrapper: Any, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run the query as a prepared statement, and return its rows as the driver does."""
        return [] if self.is_empty else self.statement.fetch(wrapper, self.bind(values))

    def fetch_slice(
        self, values: Mapping[str, Any], low: int = 0, high: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Run the query for some of its rows, and return them as the driver does.

        The statement is not prepared: its plan may depend on the values and on the limit.
        """
        if self.is_empty:
            return []
        wrapper = current_connection()
        sql = f"{self.sql} {wrapper.ops.limit_offset_sql(low, high)}"
        with wrapper.cursor() as cursor:
            cursor.execute(sql, self.bind(values))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def convert(self, rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
        """Return rows with the values that the ORM returns."""
        converted = [list(row) for row in rows]
        for row in converted:
            for index, convert in self.converters:
                row[index] = convert(row[index])
        return converted

    def instances(self, rows: Sequence[tuple[Any, ...]]) -> list[M]:
        """Return rows as model instances."""
        found = []
        for row in self.convert(rows):
            instance = self.maker.from_db(self.alias, self.names, row[: self.end])
            for populator in self.related:
                populator.populate(row, instance)
            for name, column_index in self.annotations.items():
                setattr(instance, name, row[column_index])
            found.append(instance)
        return found


class CompiledQuery(Generic[M]):
    """A queryset with `Param` placeholders, compiled on first use, once per connection."""

    def __init__(self, build: Callable[[], QuerySet[M]]) -> None:
        self.compiled = PerConnection(lambda wrapper: CompiledSQL(build(), wrapper))

    def on_this_connection(self) -> CompiledSQL[M]:
        """Return the compiled SQL of the current connection."""
        return self.compiled.get(current_connection())

    def rows(self, **values: Any) -> list[list[Any]]:
        """Return the rows, for a queryset of `values_list()`."""
        wrapper = current_connection()
        compiled = self.compiled.get(wrapper)
        return compiled.convert(compiled.fetch(wrapper, values))

    def all(self, **values: Any) -> list[M]:
        """Return all instances."""
        wrapper = current_connection()
        compiled = self.compiled.get(wrapper)
        return compiled.instances(compiled.fetch(wrapper, values))

    def one(self, **values: Any) -> M | None:
        """Return the first instance, or None if there is none."""
        return next(iter(self.all(**values)), None)


class CompiledInsert(Generic[M]):
    """A compiled insert of one row, unless one with the same unique values exists.

    `build` returns an instance whose values may be expressions, such as `Param`.
    """

    def __init__(self, build: Callable[[], M]) -> None:
        self.build = build
        self.compiled = PerConnection(self._compile)

    def __call__(self, **values: Any) -> bool:
        """Insert a row with the values of the placeholders, and return whether there was none."""
        wrapper = current_connection()
        statement, bind = self.compiled.get(wrapper)
        return statement.execute(wrapper, bind(values)) == 1

    def _compile(self, wrapper: Any) -> tuple[Statement, _Binding]:
        row = self.build()
        query = InsertQuery(row, on_conflict=OnConflict.IGNORE)
        query.insert_values(row._meta.concrete_fields, [row])
        [(sql, params)] = query.get_compiler(connection=wrapper).as_sql()
        return Statement(sql, wrapper), _Binding(params, wrapper)


class CompiledUpdate(Generic[M]):
    """A compiled `save(update_fields=…)` of rows for a fixed set of fields.

    Rows are found by their key, and by the fields of `unchanged`, which must be as stored.
    """

    def __init__(
        self, model: type[M], names: Sequence[str], *, unchanged: Sequence[str] = ()
    ) -> None:
        self.fields: list[Field[Any, Any]] = [
            field for field in model._meta.concrete_fields if field.name in names
        ]
        self.unchanged: list[Field[Any, Any]] = [
            field for field in model._meta.concrete_fields if field.name in unchanged
        ]
        self.model = model
        self.compiled = PerConnection(self._compile)

    def __call__(self, *instances: M) -> None:
        """Save the fields of rows.

        Raises
        ------
        RowIsGone : a row does not exist any more.
        """
        if not instances:
            return
        wrapper = current_connection()
        statement, bind = self.compiled.get(wrapper)
        rows = [bind(self._values(instance)) for instance in instances]
        if len(rows) == 1:
            found = statement.execute(wrapper, rows[0])
        else:
            found = statement.execute_many(wrapper, rows)
        if found != len(rows):
            raise RowIsGone("the row is gone")

    def _values(self, instance: M) -> dict[str, Any]:
        fields = (*self.fields, *self.unchanged)
        values = {field.attname: getattr(instance, field.attname) for field in fields}
        return {**values, _KEY: instance.pk}

    def _compile(self, wrapper: Any) -> tuple[Statement, _Binding]:
        unchanged = {field.name: Param(field.attname, field) for field in self.unchanged}
        key = Param(_KEY, self.model._meta.pk)
        found = self.model._default_manager.filter(pk=key, **unchanged)
        query: Any = found.query.chain(UpdateQuery)
        query.add_update_values({field.name: Param(field.attname, field) for field in self.fields})
        sql, params = query.get_compiler(connection=wrapper).as_sql()
        return Statement(sql, wrapper), _Binding(params, wrapper)


class CompiledUpsert(Generic[M]):
    """A compiled `bulk_create()` of one model; with `update_fields`, with `update_conflicts=True`.

    With `ignore_conflicts`, rows that exist already are left as they are.
    Without `with_key` the database generates the primary keys, which the instances do not get.

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
        ignore_conflicts: bool = False,
        with_key: bool = True,
    ) -> None:
        meta = model._meta
        if meta.private_fields or any(field.model is not model for field in meta.concrete_fields):
            raise TypeError(f"{model} needs bulk_create")
        if bool(unique_fields) != bool(update_fields):
            raise TypeError("unique_fields and update_fields go together")
        self.model = model
        # The database computes generated columns.
        self.columns = [
            Column(field)
            for field in meta.concrete_fields
            if not field.generated and (with_key or not field.primary_key)
        ]
        self.relations = [
            (field.name, field.attname) for field in meta.concrete_fields if field.is_relation
        ]
        self.unique = [self._column(name) for name in unique_fields]
        self.updated = [self._column(name) for name in update_fields]
        self.conflict = OnConflict.IGNORE if ignore_conflicts else None
        if self.updated:
            self.conflict = OnConflict.UPDATE
        self.compiled = PerConnection(self._compile)

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
        wrapper = current_connection()
        insert = self.compiled.get(wrapper)
        if wrapper.in_atomic_block:
            try:
                insert(wrapper, rows)
            except BaseException:
                wrapper.needs_rollback = True
                raise
        else:
            with transaction.atomic():
                insert(wrapper, rows)
        for row in rows:
            state = row._state  # noqa: SLF001  # as bulk_create leaves it
            state.adding, state.db = False, wrapper.alias

    def _column(self, name: str) -> str:
        field: Any = self.model._meta.get_field(name)
        column: str = field.column
        return column

    def _set_keys(self, rows: Iterable[Any]) -> None:
        """Set the primary keys of rows that have none, and the foreign keys of saved relations."""
        key: Any = self.model._meta.pk
        for row in rows:
            if getattr(row, key.attname) is None:
                row.pk = key.get_pk_value_on_save(row)
            if row._state.fields_cache and self._has_stale_reference(row):  # noqa: SLF001
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

    def _compile(self, wrapper: Any) -> Callable[[Any, Sequence[M]], None]:
        """Return the function that inserts rows on a connection."""
        ops, quoted = wrapper.ops, wrapper.ops.quote_name
        conflict = self.conflict
        names = ", ".join(quoted(column.name) for column in self.columns)
        table = quoted(self.model._meta.db_table)
        prefix = f"{ops.insert_statement(on_conflict=conflict)} {table} ({names})"
        suffix = self.conflict_clause(wrapper)
        encoder = RowEncoder(self.columns, wrapper)
        one = Statement(f"{prefix} {encoder.values_sql} {suffix}", wrapper)
        unnest = UnnestInsert(self.columns, wrapper)
        many = Statement(f"{prefix} {unnest.sql} {suffix}", wrapper)
        is_sqlite = wrapper.vendor == "sqlite"

        def insert(wrapper: Any, rows: Sequence[M]) -> None:
            if len(rows) == 1:
                one.execute(wrapper, encoder.row(rows[0]))
            elif is_sqlite:
                one.execute_many(wrapper, encoder.rows(rows))
            else:
                many.execute(wrapper, unnest.arrays(rows))

        return insert

    def conflict_clause(self, wrapper: Any) -> str:
        """Return the end of the statement: what to do with rows that exist."""
        clause: str = wrapper.ops.on_conflict_suffix_sql(
            None, self.conflict, self.updated, self.unique
        )
        return clause
