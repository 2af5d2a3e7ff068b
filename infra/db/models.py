"""The key every table shares, JSON that stays as it was sent, and a lookup for few learners."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.sql.compiler import SQLCompiler
from uuid_utils.compat import uuid7


class LosslessJSONDecoder(json.JSONDecoder):
    """Reads JSON back as it came in.

    PostgreSQL's jsonb writes 1e300 out as an integer of 301 digits, which no client could
    read; whatever is beyond 64 bits was a float.
    """

    def __init__(self) -> None:
        super().__init__(parse_int=_integer_or_float)


def _integer_or_float(text: str) -> float:
    number = int(text)
    return number if -(2**63) <= number < 2**63 else float(text)


class UUIDModel(models.Model):
    """A row whose key is a UUIDv7, so that keys grow with time and never collide."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


@models.ForeignKey.register_lookup
class InArray(RelatedIn):
    """`IN` a subquery that yields a few: a class, a group.

    The same rows as `IN`. PostgreSQL, though, takes such a subquery for a fair share of
    everybody, so it reads a table newest first and waits for one of them to turn up: a second
    at a million rows. Of an array it expects ten; said twice, it multiplies the odds, expects
    next to nothing, and goes to these learners' own rows at once, whatever the LIMIT.
    """

    lookup_name = "among"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Spell it as an array, twice."""
        column, column_params = self.process_lhs(compiler, connection)
        few, few_params = self.process_rhs(compiler, connection)
        once, params = f"{column} = ANY(ARRAY{few})", [*column_params, *few_params]
        return f"({once} AND {once})", [*params, *params]


def delete_batch(rows: models.QuerySet[Any], limit: int) -> int:
    """Delete at most so many of the rows, the first of their order; tell how many there were.

    Rows that no longer match by then are left alone.
    """
    keys = list(rows.values_list("pk", flat=True)[:limit])
    rows.filter(pk__in=keys).delete()
    return len(keys)
