"""The rows of one list of the admin, as one viewer sees it under the filters of an address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from roster.counting import counted
from roster.exports.columns import Cell, Column, cell
from roster.models import User

if TYPE_CHECKING:
    from roster.export_admin import ExportableAdmin

AT_ONCE = 2_000
# Which part of a list is on the screen, and in which order.
_OF_PAGES = (ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR)


class NoSuchList(LookupError):
    """There is no such list, or not for whoever asks."""


@dataclass(frozen=True)
class Record:
    """One row: its key, and its cells."""

    key: UUID
    cells: list[Cell]


@dataclass(frozen=True)
class Listing:
    """One list, under the filters of an address, as far as its viewer may see it.

    Rows are read newest first by their keys, which never change: each is there once, however many
    come and move meanwhile, and no transaction has to stay open.
    """

    rows: QuerySet[Any, Any]
    columns: Sequence[Column]

    @classmethod
    def of(cls, model_admin: ExportableAdmin[Any], viewer: User, query: str) -> Self:
        """Return the rows a list shows its viewer now.

        Raises
        ------
        NoSuchList : the viewer has no such list, or its filters make no sense.
        """
        request = _request(viewer, query)
        if not model_admin.may_export(request):
            raise NoSuchList
        try:
            rows = model_admin.rows_asked_for(request)
        except (IncorrectLookupParameters, SuspiciousOperation):
            raise NoSuchList from None
        return cls(rows=model_admin.exported(rows), columns=model_admin.export_columns)

    @classmethod
    def named(cls, name: str, viewer: User, query: str) -> Self:
        """Return the list of a model, by `app.model`.

        Raises
        ------
        NoSuchList : there is none by now, or see `of`.
        """
        try:
            found: Any = admin.site.get_model_admin(apps.get_model(name))
        except (LookupError, NotRegistered):
            raise NoSuchList from None
        return cls.of(found, viewer, query)

    def count(self, most: int) -> int:
        """Count the rows, no further than that."""
        return self.rows.order_by().values("pk")[:most].count()

    def estimate(self) -> int | None:
        """Return about how many rows there are; None where that would take long to say."""
        about = counted(self.rows)
        return None if about.is_more else about.number

    def headings(self) -> list[Cell]:
        """Return the first row of a file."""
        return [column.heading for column in self.columns]

    def after(self, key: UUID | None, most: int) -> list[Record]:
        """Return the rows that follow one, in one statement."""
        rows = self.rows if key is None else self.rows.filter(pk__lt=key)
        paths = [column.path for column in self.columns]
        found = rows.order_by("-pk").values_list("pk", *paths)[:most]
        return [Record(key, [cell(value) for value in values]) for key, *values in found]

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the cells of every row, a part of them at a time."""
        key: UUID | None = None
        while records := self.after(key, AT_ONCE):
            yield from (record.cells for record in records)
            if len(records) < AT_ONCE:
                return
            key = records[-1].key


def _request(viewer: User, query: str) -> HttpRequest:
    """Return what asks for a list, without what its address says about pages."""
    params: Any = QueryDict(query, mutable=True)
    for name in _OF_PAGES:
        params.pop(name, None)
    request = HttpRequest()
    request.method, request.user, request.GET = "GET", viewer, params
    return request
