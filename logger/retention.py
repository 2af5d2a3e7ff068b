"""Retention of guests' records: for a time, and up to a number of bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, IntegerField, QuerySet, Sum
from django.db.models.expressions import Combinable, Func
from django.db.models.sql.compiler import SQLCompiler

from logger.models import AttemptLog, ContentSession

SESSIONS_BATCH_SIZE = 500
# The approximate size of a row without its JSON, in the table and its indexes.
ROW_BYTES = 1024


class StoredBytes(Func):
    """The bytes of a JSON column as it is stored."""

    function = "length"
    output_field = IntegerField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Return SQL that does not decompress the column."""
        return self.as_sql(compiler, connection, function="pg_column_size", **context)


@transaction.atomic
def purge_guests(at: datetime) -> int:
    """Delete a batch of guests' sessions with their attempts; return their number.

    These are the expired ones, on which nobody can work any more (contract 1.1), and then the
    oldest of those that exceed GUEST_BYTES_KEPT.
    """
    lifetime: timedelta = settings.GUEST_SESSIONS_KEPT
    oldest_first = ContentSession.objects.filter(user=None).order_by("start_timestamp")
    expired = oldest_first.filter(start_timestamp__lte=at - lifetime)
    keys = list(expired.values_list("pk", flat=True)[:SESSIONS_BATCH_SIZE])
    keys = keys or list(_surplus(oldest_first))
    AttemptLog.objects.filter(session__in=keys).delete()
    ContentSession.objects.filter(pk__in=keys).delete()
    return len(keys)


def _surplus(oldest_first: QuerySet[ContentSession]) -> Iterable[UUID]:
    """Yield the oldest sessions without which the others are small enough, at most a batch."""
    attempts = AttemptLog.objects.filter(user=None)
    surplus = -settings.GUEST_BYTES_KEPT
    for rows in (attempts, oldest_first.order_by()):
        surplus += rows.aggregate(size=_size_of(rows))["size"]
    if surplus <= 0:
        return
    keys = list(oldest_first.values_list("pk", flat=True)[:SESSIONS_BATCH_SIZE])
    sizes = attempts.filter(session__in=keys).values_list("session")
    size_of_attempts = dict(sizes.annotate(size=_size_of(attempts)))
    for key in keys:
        yield key
        surplus -= ROW_BYTES + size_of_attempts.get(key, 0)
        if surplus <= 0:
            return


def _size_of(rows: QuerySet[Any]) -> Combinable:
    columns = ["answer", "interaction_history"] if rows.model is AttemptLog else ["extra_fields"]
    size: Combinable = ROW_BYTES * Count("pk")
    for column in columns:
        size += Sum(StoredBytes(column), default=0)
    return size
