"""The rows of one list of the admin, as one viewer sees it under the filters of an address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, cast
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from infra.db.approximate_count import approximate_count
from infra.exports.columns import Cell, Column, LookupColumn, cell

READ_BATCH_SIZE = 2_000
# Which part of a list is on the screen, and in which order.
_PAGE_PARAMS = (ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR)


class ListNotFound(LookupError):
    """There is no such list, or not for whoever asks."""


class ExportSource(Protocol):
    """A list of the admin that can be exported; its admin class provides this."""

    export_columns: ClassVar[Sequence[Column | LookupColumn]]

    def can_export(self, request: HttpRequest) -> bool:
        """Tell whether somebody may see the list."""

    def requested_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Return all rows of the list a request asks for."""

    def export_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Add what the columns need besides."""

    def load_viewer(self, user_id: UUID) -> Any:
        """Return the person who asked for an export; None where they may no longer log in."""

    def permission_digest(self, viewer: Any) -> str:
        """Return a digest of what the viewer may see."""


def export_source(name: str) -> ExportSource:
    """Return the list of a model, by `app.model`.

    Raises
    ------
    ListNotFound : there is none by now.
    """
    try:
        source: Any = admin.site.get_model_admin(apps.get_model(name))
    except (LookupError, NotRegistered):
        raise ListNotFound from None
    return cast("ExportSource", source)


@dataclass(frozen=True)
class Record:
    """One row: its key, and its cells."""

    key: UUID
    cells: list[Cell]


@dataclass(frozen=True)
class ListQuery:
    """One list, under the filters of an address, as far as its viewer may see it.

    However many rows come and move while it is read, each is there once, and no transaction has to
    stay open.
    """

    rows: QuerySet[Any, Any]
    columns: Sequence[Column | LookupColumn]

    @classmethod
    def for_viewer(cls, source: ExportSource, viewer: Any, query: str) -> Self:
        """Return the rows a list shows its viewer now.

        Raises
        ------
        ListNotFound : the viewer has no such list, or its filters make no sense.
        """
        request = _request(viewer, query)
        if not source.can_export(request):
            raise ListNotFound
        try:
            rows = source.requested_rows(request)
        except (IncorrectLookupParameters, SuspiciousOperation):
            raise ListNotFound from None
        return cls(rows=source.export_queryset(rows), columns=source.export_columns)

    def count(self, most: int) -> int:
        """Count the rows, no further than that."""
        return self.rows.order_by().values("pk")[:most].count()

    def estimate(self) -> int | None:
        """Return about how many rows there are; None where that would take long to say."""
        about = approximate_count(self.rows)
        return None if about.is_more else about.number

    def headings(self) -> list[Cell]:
        """Return the first row of a file."""
        return [column.heading for column in self.columns]

    def after(self, key: UUID | None, most: int) -> list[Record]:
        """Return the rows that follow one by their keys, newest first."""
        rows = self.rows if key is None else self.rows.filter(pk__lt=key)
        return self._records(rows.order_by("-pk")[:most])

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the cells of every row in the order of the list, a part of them at a time.

        Which rows there are and in which order is asked once; that is for lists of a size to be
        sent at once. A row that is gone by then, or not the viewer's any more, is left out.
        """
        every = list(self.rows.values_list("pk", flat=True))
        for keys in (
            every[start : start + READ_BATCH_SIZE]
            for start in range(0, len(every), READ_BATCH_SIZE)
        ):
            found = self._records(self.rows.order_by().filter(pk__in=keys))
            records = {record.key: record for record in found}
            yield from (records[key].cells for key in keys if key in records)

    def _records(self, rows: QuerySet[Any, Any]) -> list[Record]:
        """Read rows, in one statement and one for each column that is looked up."""
        paths = dict.fromkeys(path for column in self.columns for path in column.paths)
        found = list(rows.values("pk", *paths))
        told = zip(*(column.values(found) for column in self.columns), strict=True)
        return [
            Record(row["pk"], [cell(value) for value in values])
            for row, values in zip(found, told, strict=True)
        ]


def _request(viewer: Any, query: str) -> HttpRequest:
    """Return what asks for a list, without what its address says about pages."""
    params: Any = QueryDict(query, mutable=True)
    for name in _PAGE_PARAMS:
        params.pop(name, None)
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", viewer, params
    return request
