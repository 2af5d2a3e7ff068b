"""Read-only admin pages of big tables: keyset links instead of page numbers, no full counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from infra.admin.changelists import KeysetList
from infra.admin.html import link
from infra.admin.model_admins import CappedPaginator, ReadOnlyAdmin, ScopedAdmin

M = TypeVar("M", bound=Model)


class KeysetAdmin(ScopedAdmin[M], ReadOnlyAdmin[M]):
    """A read-only list that costs the same however many rows the table has.

    Attributes
    ----------
    dated_by : the column by which days are chosen.
    list_without : columns a list leaves out.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    # Facets count everything, and any other order sorts everything.
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    empty_value_display = ""
    change_list_template = "admin/keyset_list.html"

    dated_by: ClassVar[str] = "start_timestamp"
    list_without: ClassVar[Sequence[str]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetList]:  # noqa: ARG002
        """Lead on by places."""
        return KeysetList

    def complete_rows(self, rows: list[M]) -> None:
        """Bring what the rows of a page need besides, in one statement for all of them."""

    def page_of(self, row: M) -> str | None:  # noqa: ARG002
        """Return where a row is told of in full; None: on Django's own page."""
        return None

    def get_list_display(self, request: HttpRequest) -> Any:
        """Keep Django's page of a row in reach, where the row leads elsewhere."""
        columns = super().get_list_display(request)
        leads_elsewhere = type(self).page_of is not KeysetAdmin.page_of
        return [*columns, "record"] if leads_elsewhere else columns

    @admin.display(description=_("Record"))
    def record(self, row: M) -> SafeString:
        """Lead to all that is stored of a row."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        address, said = link(name, row.pk), gettext("all fields")
        return format_html('<a href="{}" title="{}" aria-label="{}">⋯</a>', address, said, said)
