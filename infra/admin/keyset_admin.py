"""Read-only admin pages of big tables: keyset links instead of page numbers, no full counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Field, FloatField, ForeignKey, JSONField, Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from infra.admin.changelists import KeysetChangeList
from infra.admin.html import detail_url, json_details
from infra.admin.model_admins import CappedPaginator, ReadOnlyAdmin, ScopedAdmin
from infra.admin.quantities import duration, rounded

M = TypeVar("M", bound=Model)


# What seconds are called once they are told as minutes and hours.
DURATION_LABELS = {
    "time_spent": _("Time spent"), "seconds": _("Time"), "typical_seconds": _("Typical time"),
}  # fmt: skip

Display = Callable[[Any], Any]


class KeysetAdmin(ScopedAdmin[M], ReadOnlyAdmin[M]):
    """A read-only list that costs the same however many rows the table has.

    Attributes
    ----------
    date_field : the column by which days are chosen.
    list_defer : columns a list leaves out.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    # Facets count everything, and any other order sorts everything.
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50
    empty_value_display = ""
    change_list_template = "admin/keyset_list.html"

    date_field: ClassVar[str] = "start_timestamp"
    list_defer: ClassVar[Sequence[str]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:  # noqa: ARG002
        """Lead on by places."""
        return KeysetChangeList

    def attach_related(self, rows: list[M]) -> None:
        """Bring what the rows of a page need besides, in one statement for all of them."""

    def page_url(self, row: M) -> str | None:  # noqa: ARG002
        """Return where a row is told of in full; None: on Django's own page."""
        return None

    def get_list_display(self, request: HttpRequest) -> Any:
        """Keep Django's page of a row in reach, where the row leads elsewhere."""
        columns = super().get_list_display(request)
        leads_elsewhere = type(self).page_url is not KeysetAdmin.page_url
        return [*columns, "record"] if leads_elsewhere else columns

    @admin.display(description=_("Record"))
    def record(self, row: M) -> SafeString:
        """Lead to all that is stored of a row."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        address, said = detail_url(name, row.pk), gettext("all fields")
        return format_html('<a href="{}" title="{}" aria-label="{}">⋯</a>', address, said, said)

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:  # noqa: ARG002
        """Show every column there is; JSON folded, what no person can read left out."""
        columns = [field for field in self.model._meta.fields if field.editable]
        hidden = self.exclude or ()
        return [self._display_of(field) for field in columns if field.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Let nothing be changed."""
        return self.get_fields(request, obj)

    def display_of_relation(self, field: ForeignKey[Any, Any]) -> Display | None:
        """Return how a page shows a row of another table; None: as a link to its own page.

        The viewer may not open pages other than those of learners' records.
        """
        other = self.admin_site._registry.get(field.related_model)  # noqa: SLF001
        return None if isinstance(other, KeysetAdmin) else _name

    def _display_of(self, field: Field[Any, Any]) -> str | Display:
        """Return what shows a column on a page.

        The column itself, but for JSON, which is folded; seconds and other fractions; and rows
        of other tables.
        """
        show = self._display(field)
        if show is None:
            return field.name

        @admin.display(
            description=DURATION_LABELS.get(field.name) or capfirst(str(field.verbose_name))
        )
        def shown(row: Any) -> Any:
            return show(getattr(row, field.name))

        # By a column's name Django finds its explanation; that of seconds is "seconds".
        shown.__name__ = f"{field.name}_text" if field.name in DURATION_LABELS else field.name
        return shown

    def _display(self, field: Field[Any, Any]) -> Display | None:
        if isinstance(field, JSONField):
            return json_details
        if field.name in DURATION_LABELS:
            return duration
        if isinstance(field, FloatField):
            return rounded
        return self.display_of_relation(field) if isinstance(field, ForeignKey) else None


def _name(row: Model | None) -> str:
    return "" if row is None else str(row)
