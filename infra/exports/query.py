"""Query for the rows of an admin list, as its viewer sees it with the filters of a query string.

A list that can be exported has a model admin that implements `ExportSource`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from infra.db.approximate_count import approximate_count
from infra.exports.columns import Cell, Column, LookupColumn, cell

READ_BATCH_SIZE = 2_000
# The parameters of a page and an order, which do not apply to an export.
_PAGE_PARAMS = (ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR)


class ListNotFound(LookupError):
    """There is no such list, or you may not see it."""


class ExportSource(Protocol):
    """The interface of a model admin whose list can be exported."""

    export_columns: ClassVar[Sequence[Column | LookupColumn]]

    def can_export(self, request: HttpRequest) -> bool:
        """Return True if the request's user may see the list."""

    def requested_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all rows of the list with the filters of the request."""

    def time_zone(self, request: HttpRequest) -> ZoneInfo:
        """Return the time zone of the list's days and times."""

    def export_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the annotations that the columns need."""

    def load_viewer(self, user_id: UUID) -> Any:
        """Return the owner of an export; None if they may no longer log in."""

    def permission_digest(self, viewer: Any) -> str:
        """Return a digest of the viewer's permissions; rows read under another one are stale."""


def export_source(name: str) -> ExportSource:
    """Return the model admin of a list, by the model's name `app.model`.

    Raises
    ------
    ListNotFound : there is no such model, or it has no model admin.
    """
    try:
        source: Any = admin.site.get_model_admin(apps.get_model(name))
    except (LookupError, NotRegistered):
        raise ListNotFound from None
    return cast("ExportSource", source)


@dataclass(frozen=True)
class Record:
    """One row of an export: its key and its cells."""

    key: UUID
    cells: list[Cell]


@dataclass(frozen=True)
class ListQuery:
    """One list with the filters of a query string, limited to rows its viewer may see.

    Each row is read exactly once, even if rows are added or change their position meanwhile, and no
    transaction stays open.
    """

    rows: QuerySet[Any, Any]
    columns: Sequence[Column | LookupColumn]
    zone: ZoneInfo

    @classmethod
    def for_viewer(cls, source: ExportSource, viewer: Any, query: str) -> Self:
        """Return the query for the rows that the list shows its viewer now.

        Raises
        ------
        ListNotFound : the viewer may not see the list, or the filters are invalid.
        """
        request = _request(viewer, query)
        if not source.can_export(request):
            raise ListNotFound
        zone = source.time_zone(request)
        try:
            with timezone.override(zone):
                rows = source.requested_rows(request)
        except (IncorrectLookupParameters, SuspiciousOperation):
            raise ListNotFound from None
        return cls(rows=source.export_queryset(rows), columns=source.export_columns, zone=zone)

    def count(self, limit: int) -> int:
        """Return the number of rows, counted up to a limit."""
        return self.rows.order_by().values("pk")[:limit].count()

    def estimate(self) -> int | None:
        """Return an estimate of the number of rows; None if it would take long to count them."""
        estimated = approximate_count(self.rows)
        return None if estimated.is_more else estimated.number

    def headings(self) -> list[Cell]:
        """Return the headings of the columns, the first row of a file."""
        return [column.heading for column in self.columns]

    def after(self, key: UUID | None, limit: int) -> list[Record]:
        """Return the next rows after a key in descending order of keys; the first ones for None."""
        rows = self.rows if key is None else self.rows.filter(pk__lt=key)
        return self._records(rows.order_by("-pk")[:limit])

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the cells of each row in the order of the list, reading them in batches.

        All keys and their order are read first, so this is for lists small enough to be sent in one
        response. A row that was deleted meanwhile, or that the viewer may no longer see, is left
        out.
        """
        all_keys = list(self.rows.values_list("pk", flat=True))
        for keys in (
            all_keys[start : start + READ_BATCH_SIZE]
            for start in range(0, len(all_keys), READ_BATCH_SIZE)
        ):
            found = self._records(self.rows.order_by().filter(pk__in=keys))
            records = {record.key: record for record in found}
            yield from (records[key].cells for key in keys if key in records)

    def _records(self, rows: QuerySet[Any, Any]) -> list[Record]:
        """Read rows with one query, and one more for each `LookupColumn`."""
        paths = dict.fromkeys(path for column in self.columns for path in column.paths)
        found = list(rows.values("pk", *paths))
        values_by_row = zip(*(column.values(found) for column in self.columns), strict=True)
        return [
            Record(row["pk"], [cell(value, self.zone) for value in values])
            for row, values in zip(found, values_by_row, strict=True)
        ]


def _request(viewer: Any, query: str) -> HttpRequest:
    """Return a request for the list by this viewer, without the parameters of pages and order."""
    params: Any = QueryDict(query, mutable=True)
    for name in _PAGE_PARAMS:
        params.pop(name, None)
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", viewer, params
    return request
