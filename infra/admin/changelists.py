"""Changelists of the admin: search and filters in one form, and keyset pagination.

Keyset pagination links to the rows before and after a cursor instead of to numbered pages, so a
page costs the same however long the list is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from infra.db.approximate_count import Count, approximate_count
from infra.db.keyset import BadCursor, Cursor, after_cursor, order_of

if TYPE_CHECKING:
    from infra.admin.keyset_admin import KeysetAdmin


class FormChangeList(ChangeList):
    """A changelist with search and filters in one form; its title is the model's plural name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))

    @property
    def is_narrowed(self) -> bool:
        """True if a search or a filter is in use."""
        return bool(self.query) or self.active_filters > 0

    @property
    def active_filters(self) -> int:
        """The number of filters in use."""
        return sum(bool(getattr(spec, "is_active", False)) for spec in self.filter_specs)


class KeysetChangeList(FormChangeList):
    """A changelist with keyset pagination; the cursor's token takes the place of the page number.

    The order is the model admin's or its reverse, by the one column of `sortable_by`: an index has
    both. Any other order would sort the whole table.
    """

    is_keyset = True
    model_admin: KeysetAdmin[Any]
    older_url: str | None = None
    newer_url: str | None = None
    row_count: Count = Count(number=0)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any, Any]) -> list[Any]:  # noqa: ARG002
        """Return the model admin's order, or its reverse if the request asks for that."""
        order = list(self.model_admin.ordering or ())
        return [str(column).lstrip("-") for column in order] if self.is_oldest_first else order

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """Return the number and the direction of the column that the list is sorted by, if any."""
        direction = "asc" if self.is_oldest_first else "desc"
        return dict.fromkeys(self._sortable_columns, direction)

    @property
    def is_oldest_first(self) -> bool:
        """True if the request asks for the reverse of the usual order."""
        return self.params.get(ORDER_VAR) in [str(number) for number in self._sortable_columns]

    @property
    def _sortable_columns(self) -> list[int]:
        shown, sortable = self.list_display, self.model_admin.sortable_by
        return [number for number, name in enumerate(shown) if name in (sortable or ())]

    def get_results(self, request: HttpRequest) -> None:
        """Load the rows after (or before) the cursor, and set the links to newer and older rows."""
        order = order_of(self.queryset)
        cursor = self._parse_cursor(request, order)
        found = list(after_cursor(self._without_large_fields(), cursor)[: self.list_per_page + 1])
        has_more = len(found) > self.list_per_page
        rows = found[: self.list_per_page]
        backwards = cursor is not None and cursor.backwards
        if backwards:
            rows.reverse()
        if rows and (has_more or backwards):
            self.older_url = self._url(Cursor.after_row(rows[-1], order))
        if rows and (has_more if backwards else cursor is not None):
            self.newer_url = self._url(Cursor.after_row(rows[0], order, backwards=True))
        is_whole = cursor is None and not has_more
        self.row_count = Count(number=len(rows)) if is_whole else approximate_count(self.queryset)
        self.model_admin.attach_related(rows)
        self._set_results(rows)

    def _without_large_fields(self) -> QuerySet[Any, Any]:
        """Defer the large columns that the list does not show (`list_defer`)."""
        deferred: QuerySet[Any, Any] = self.queryset.defer(*self.model_admin.list_defer)
        return deferred

    def _set_results(self, rows: list[Any]) -> None:
        self.result_list = rows
        self.result_count = self.row_count.number
        self.full_result_count = self.result_count
        self.show_full_result_count = False
        self.show_admin_actions = bool(rows)
        self.can_show_all = self.multi_page = False
        # Coach pages ignore Django's preserved filters; the browser's back button restores them.
        self.preserved_filters = ""
        self.paginator = Paginator(rows, self.list_per_page)

    def _parse_cursor(self, request: HttpRequest, order: list[str]) -> Cursor | None:
        token = request.GET.get(PAGE_VAR)
        if not token:
            return None
        try:
            return Cursor.parse(token, order)
        except BadCursor as error:
            # Django then shows the list from the start.
            raise IncorrectLookupParameters from error

    def _url(self, cursor: Cursor) -> str:
        return self.get_query_string({PAGE_VAR: cursor.token})

    def url_for_result(self, result: Model) -> str:
        """Return the URL of the row's coach page if there is one, else of Django's change page."""
        return self.model_admin.page_url(result) or super().url_for_result(result)


class QueryOnlyChangeList(ChangeList):
    """A changelist that builds its queryset and reads no rows."""

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        """Set an empty result without a query."""
        self.result_list = self.queryset.none()
        self.result_count = self.full_result_count = 0
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
