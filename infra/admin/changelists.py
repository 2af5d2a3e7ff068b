"""Long lists in the admin: newest first, led on by places rather than by page numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from infra.db.approximate_count import Count, approximate_count
from infra.db.keyset import BadCursor, Cursor, after_cursor, order_of

if TYPE_CHECKING:
    from infra.admin.keyset_admin import KeysetAdmin


class FormChangeList(ChangeList):
    """A changelist with its search and its filters in one form, called what it lists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))

    @property
    def is_narrowed(self) -> bool:
        """Whether something was searched for, or filtered by."""
        return bool(self.query) or self.active_filters > 0

    @property
    def active_filters(self) -> int:
        """How many filters are in use."""
        return sum(bool(getattr(spec, "is_active", False)) for spec in self.filter_specs)


class KeysetChangeList(FormChangeList):
    """A changelist of rows from a place on; what the place is called stands for Django's page.

    The order is the admin's own, whatever an address asks for: any other would sort everything.
    """

    is_keyset = True
    model_admin: KeysetAdmin[Any]
    older_url: str | None = None
    newer_url: str | None = None
    row_count: Count = Count(number=0)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any, Any]) -> list[Any]:  # noqa: ARG002
        """Return the one order there is."""
        return list(self.model_admin.ordering or ())

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """Mark no column: none is to be sorted by."""
        return {}

    def get_results(self, request: HttpRequest) -> None:
        """Bring the rows around a place, and say where it goes on."""
        order = order_of(self.queryset)
        place = self._parse_cursor(request, order)
        nearest = list(after_cursor(self._without_large_fields(), place)[: self.list_per_page + 1])
        there_is_more = len(nearest) > self.list_per_page
        rows = nearest[: self.list_per_page]
        backwards = place is not None and place.backwards
        if backwards:
            rows.reverse()
        if rows and (there_is_more or backwards):
            self.older_url = self._url(Cursor.after_row(rows[-1], order))
        if rows and (there_is_more if backwards else place is not None):
            self.newer_url = self._url(Cursor.after_row(rows[0], order, backwards=True))
        is_whole = place is None and not there_is_more
        self.row_count = Count(number=len(rows)) if is_whole else approximate_count(self.queryset)
        self.model_admin.attach_related(rows)
        self._set_results(rows)

    def _without_large_fields(self) -> QuerySet[Any, Any]:
        """Leave out what a row of the list does not show and may be large."""
        light: QuerySet[Any, Any] = self.queryset.defer(*self.model_admin.list_defer)
        return light

    def _set_results(self, rows: list[Any]) -> None:
        self.result_list = rows
        self.result_count = self.row_count.number
        self.full_result_count = self.result_count
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows)
        self.can_show_all = self.multi_page = False
        # A coach's page has no use for where one came from; the browser knows the way back.
        self.preserved_filters = ""
        self.paginator = Paginator(rows, self.list_per_page)

    def _parse_cursor(self, request: HttpRequest, order: list[str]) -> Cursor | None:
        token = request.GET.get(PAGE_VAR)
        if not token:
            return None
        try:
            return Cursor.parse(token, order)
        except BadCursor as error:
            # Django then begins at the beginning.
            raise IncorrectLookupParameters from error

    def _url(self, place: Cursor) -> str:
        return self.get_query_string({PAGE_VAR: place.token})

    def url_for_result(self, result: Model) -> str:
        """Lead to the coach's page of a row, where there is one."""
        return self.model_admin.page_url(result) or super().url_for_result(result)


class QueryOnlyChangeList(ChangeList):
    """A changelist that builds its queryset and reads no rows."""

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        """Read nothing."""
        self.result_list = self.queryset.none()
        self.result_count = self.full_result_count = 0
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
