"""Pages of the rows of few owners, such as the learners of a class, without sorting all their rows.

An index has the rows of each owner in the order of the list, so the first rows of all owners are
among the first rows of each. PostgreSQL reads these with a lateral join, and then only the rows of
the page in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from infra.db.compiled_queries import Param
from infra.db.keyset import order_of
from infra.db.models import InArray

LOW, HIGH = "page.low", "page.high"
_OWNER = '"owner"."id"'


def page_by_owner(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any] | None:
    """Return the rows of a page, whose bounds are the placeholders `LOW` and `HIGH`.

    Return None if the rows are not of few owners (`__among`), or of one, or have one value of a
    column that the model lists in `SELECTIVE_FIELDS`: each owner has few such rows, so the database
    sorts them. It always does on SQLite.
    """
    conditions: list[Any] = rows.query.where.children
    owners = [each for each in conditions if isinstance(each, InArray)]
    if connection.vendor != "postgresql" or not owners:
        return None
    column: Any = owners[0].lhs
    selective = {column.target.name, *getattr(rows.model, "SELECTIVE_FIELDS", ())}
    if any(isinstance(each, Exact) and each.lhs.target.name in selective for each in conditions):
        return None
    keys_sql, params = _keys_of_page(rows, owners, column)
    page = rows.all()
    # The keys meet the conditions already.
    page.query.where.children = []
    return page.filter(pk__in=RawSQL(keys_sql, params))  # noqa: S611  # compiled by the ORM


def _keys_of_page(
    rows: QuerySet[Any, Any], owners: list[InArray], column: Any
) -> tuple[str, list[Any]]:
    """Return SQL that selects the keys of the rows of a page, and its parameters."""
    compiler = rows.query.get_compiler(connection=connection)
    first, *others = [owner.process_rhs(compiler, connection) for owner in owners]
    order = order_of(rows)
    columns = [name.lstrip("-") for name in order]
    of_owner = rows.values_list(*columns)
    conditions: list[Any] = of_owner.query.where.children
    of_owner.query.where.children = [
        *(each for each in conditions if not isinstance(each, InArray)),
        Exact(column, RawSQL(_OWNER, [])),  # type: ignore[list-item]  # noqa: S611  # a column
    ]
    sql, params = of_owner.query.get_compiler(connection=connection).as_sql()
    names = [f'"k{number}"' for number in range(len(order))]
    directions = ["DESC" if name.startswith("-") else "ASC" for name in order]
    low, high = Param(LOW, IntegerField()), Param(HIGH, IntegerField())
    parts: list[tuple[str, Sequence[Any]]] = [
        (f'SELECT {names[-1]} FROM (SELECT DISTINCT * FROM {first[0]} "all")', first[1]),  # noqa: S608
        (f'"owner" ("id") CROSS JOIN LATERAL ({sql}', params),
        (f'LIMIT %s) "row" ({", ".join(names)}) WHERE TRUE', [high]),
        *((f"AND {_OWNER} = ANY(ARRAY{other})", params) for other, params in others),
        (f"ORDER BY {', '.join(map(' '.join, zip(names, directions, strict=True)))}", []),
        ("LIMIT %s - %s OFFSET %s", [high, low, low]),
    ]
    return " ".join(text for text, _ in parts), [each for _, part in parts for each in part]
