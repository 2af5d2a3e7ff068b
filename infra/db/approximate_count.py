"""Approximate count of a list's rows, at a bounded cost.

Counts are exact up to 50,000 rows. For a larger table PostgreSQL's planner has an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MAX_EXACT_COUNT = 50_000


@dataclass(frozen=True, kw_only=True)
class Count:
    """A number of rows; `is_about`: it is an estimate; `is_more`: it is a lower bound."""

    number: int
    is_about: bool = False
    is_more: bool = False

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        if self.is_about:
            return _("about %(number)s") % {"number": number}
        return _("more than %(number)s") % {"number": number} if self.is_more else number


def approximate_count(rows: QuerySet[Any, Any]) -> Count:
    """Return the number of rows up to 50,000; for a larger table without filter, an estimate.

    For a filtered queryset with more rows, return "more than 50,000".
    """
    if not rows.query.where:
        estimate = _planner_estimate(rows.model, rows.db)
        if estimate > MAX_EXACT_COUNT:
            return Count(number=_round_estimate(estimate), is_about=True)
    number = int(rows.order_by().values("pk")[: MAX_EXACT_COUNT + 1].count())
    if number > MAX_EXACT_COUNT:
        return Count(number=MAX_EXACT_COUNT, is_more=True)
    return Count(number=number)


def _planner_estimate(model: type[Model], using: str) -> int:
    """Return PostgreSQL's estimate of the rows in a table; 0 if there is none, as on SQLite."""
    wrapper = connections[using]
    if wrapper.vendor != "postgresql":
        return 0
    with wrapper.cursor() as cursor:
        table = wrapper.ops.quote_name(model._meta.db_table)
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _round_estimate(number: int) -> int:
    """Return the number rounded to two significant digits, the precision of the estimate."""
    unit = int(10 ** (len(str(number)) - 2))
    return round(number / unit) * unit
