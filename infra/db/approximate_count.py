"""How many rows a list has, as far as that is cheap to say."""

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
    """A number of rows; `is_about`: an estimate; `is_more`: there are more than that."""

    number: int
    is_about: bool = False
    is_more: bool = False

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        if self.is_about:
            return _("about %(number)s") % {"number": number}
        return _("more than %(number)s") % {"number": number} if self.is_more else number


def approximate_count(rows: QuerySet[Any, Any]) -> Count:
    """Count rows up to 50,000; a whole table that is larger is told by the planner's estimate."""
    if not rows.query.where:
        estimate = _planner_estimate(rows.model, rows.db)
        if estimate > MAX_EXACT_COUNT:
            return Count(number=_rounded(estimate), is_about=True)
    number = int(rows.order_by().values("pk")[: MAX_EXACT_COUNT + 1].count())
    if number > MAX_EXACT_COUNT:
        return Count(number=MAX_EXACT_COUNT, is_more=True)
    return Count(number=number)


def _planner_estimate(model: type[Model], using: str) -> int:
    """Return how many rows PostgreSQL believes a table has; 0 where nobody knows."""
    wrapper = connections[using]
    if wrapper.vendor != "postgresql":
        return 0
    with wrapper.cursor() as cursor:
        table = wrapper.ops.quote_name(model._meta.db_table)
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _rounded(number: int) -> int:
    """Keep two digits: an estimate knows no more."""
    unit = int(10 ** (len(str(number)) - 2))
    return round(number / unit) * unit
