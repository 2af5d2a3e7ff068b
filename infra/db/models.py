"""Base model with a UUIDv7 key, lossless JSON decoder, fast `IN` lookup, and batch deletion."""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from typing import Any

import orjson
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.lookups import IContains, StartsWith
from django.db.models.sql.compiler import SQLCompiler
from uuid_utils.compat import uuid7

from infra.identifiers import normalize_id

# Integers of fewer digits fit into 64 bits, where orjson and the standard library agree.
_GLOB_CHARACTER = re.compile(r"[*?[]")
_LONG_NUMBER = re.compile(r"[0-9]{19}")


class LosslessJSONDecoder(json.JSONDecoder):
    """Decodes JSON from the database to the values that were stored.

    PostgreSQL's jsonb returns 1e300 as an integer of 301 digits, which clients cannot read.
    Integers beyond 64 bits are never stored, so such a number was a float.

    Texts without a long number are read by orjson, several times faster and with equal values.
    """

    def __init__(self) -> None:
        super().__init__(parse_int=_integer_or_float)

    def decode(self, s: str, *args: Any) -> Any:
        """Return the value of a JSON text."""
        if not _LONG_NUMBER.search(s):
            with suppress(orjson.JSONDecodeError):
                return orjson.loads(s)
        return super().decode(s, *args)


def _integer_or_float(text: str) -> float:
    number = int(text)
    return number if -(2**63) <= number < 2**63 else float(text)


class UUIDModel(models.Model):
    """Abstract base of models with a UUIDv7 primary key: keys grow with time and never collide."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class IdField(models.CharField[Any, Any]):
    """An id or a code that a client chose, stored and compared in NFC.

    Statements that bypass `get_prep_value`, such as compiled ones, get ids from `infra.payloads`,
    which normalizes them.
    """

    def deconstruct(self) -> Any:
        """Return the description for migrations, for which this is like any text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def to_python(self, value: Any) -> Any:
        """Return the value of a form in its normal form."""
        return _normalize(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        """Return the value of a row, or of a condition, in its normal form."""
        return _normalize(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        """Normalize the value in memory too."""
        value = _normalize(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


def _normalize(value: Any) -> Any:
    return normalize_id(value) if isinstance(value, str) else value


@models.ForeignKey.register_lookup
class InArray(RelatedIn):
    """The lookup `__among`: `IN` for a subquery with few rows, such as a class or a group.

    It finds the same rows as `IN`. For a subquery, PostgreSQL's planner expects a large share of
    all learners, so with a LIMIT it scans the whole table newest first until it has enough rows:
    a second at a million rows. For an array it expects ten elements. With the condition written
    twice, it multiplies the selectivities, expects almost no rows, and uses the index of these
    learners' rows at once, whatever the LIMIT is.
    """

    lookup_name = "among"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        """Return SQL that compares with an array, twice."""
        column, column_params = self.process_lhs(compiler, connection)
        subquery, subquery_params = self.process_rhs(compiler, connection)
        condition, params = f"{column} = ANY(ARRAY{subquery})", [*column_params, *subquery_params]
        return f"({condition} AND {condition})", [*params, *params]


@models.CharField.register_lookup
@models.TextField.register_lookup
class FoldedContains(IContains):
    """The lookup `__icontains`, alike on both databases: in NFKC, and without regard to case.

    Django's own ignores the case of ASCII letters only on SQLite, and compares normal forms as
    different texts. No index can serve it.
    """

    def get_prep_lookup(self) -> Any:
        """Return the text to find in its normal form."""
        found = super().get_prep_lookup()
        return unicodedata.normalize("NFKC", found) if isinstance(found, str) else found

    def process_lhs(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, lhs: Any = None
    ) -> tuple[str, Any]:
        """Return SQL of the column in the normal form."""
        column, params = super().process_lhs(compiler, connection, lhs)
        if connection.vendor == "sqlite":
            return f"fold_text({column})", params
        return f"NORMALIZE({column}, NFKC)", params

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        """Return SQL of the comparison."""
        folded = f"fold_text({rhs})" if connection.vendor == "sqlite" else rhs
        return super().get_rhs_op(connection, folded)


@models.CharField.register_lookup
class Prefix(StartsWith):
    """The lookup `__startswith`, alike on both databases: in NFC, and with regard to case.

    It is for ids and codes, and their indexes can serve it. Django's own ignores the case of ASCII
    letters on SQLite, and uses no index there.
    """

    def get_prep_lookup(self) -> Any:
        """Return the beginning of an id in its normal form."""
        return _normalize(super().get_prep_lookup())

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Return SQL with a pattern that regards case."""
        if not self.rhs_is_direct_value():
            return self.as_sql(compiler, connection)
        column, params = self.process_lhs(compiler, connection)
        pattern = _GLOB_CHARACTER.sub(r"[\g<0>]", str(self.rhs)) + "*"
        return f"{column} GLOB %s", [*params, pattern]


def delete_batch(rows: models.QuerySet[Any], limit: int) -> int:
    """Delete the first `limit` rows of a queryset, in its order, and return how many were found.

    Rows that no longer match the queryset when they are deleted are kept.
    """
    keys = list(rows.values_list("pk", flat=True)[:limit])
    rows.filter(pk__in=keys).delete()
    return len(keys)
