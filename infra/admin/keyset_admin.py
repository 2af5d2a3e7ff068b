"""Read-only admin pages of large tables: keyset pagination, no exact counts."""

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


# Labels of columns that store seconds and are shown as minutes and hours.
DURATION_LABELS = {
    "time_spent": _("Time spent"), "seconds": _("Time"), "typical_seconds": _("Typical time"),
}  # fmt: skip

Display = Callable[[Any], Any]


class KeysetAdmin(ScopedAdmin[M], ReadOnlyAdmin[M]):
    """A read-only admin with a list whose cost does not depend on the size of the table.

    Attributes
    ----------
    date_field : the column that `DateFilter` uses.
    list_defer : large columns that the list does not load.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    # Facets would count all rows. A list may name the column of its order here; sorting by any
    # other would sort all rows.
    show_facets = admin.ShowFacets.NEVER
    sortable_by: ClassVar[list[str] | tuple[str, ...] | None] = ()
    list_per_page = 50
    empty_value_display = ""
    change_list_template = "admin/keyset_list.html"

    date_field: ClassVar[str] = "start_timestamp"
    list_defer: ClassVar[Sequence[str]] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:  # noqa: ARG002
        """Return the changelist with keyset pagination."""
        return KeysetChangeList

    def attach_related(self, rows: list[M]) -> None:
        """Load related data for the rows of a page, in one query for all of them; a hook."""

    def page_url(self, row: M) -> str | None:  # noqa: ARG002
        """Return the URL of a row's own page; None links to Django's change page."""
        return None

    def get_list_display(self, request: HttpRequest) -> Any:
        """Add a link to Django's change page if the rows link to another page."""
        columns = super().get_list_display(request)
        has_own_page = type(self).page_url is not KeysetAdmin.page_url
        return [*columns, "record"] if has_own_page else columns

    @admin.display(description=_("Record"))
    def record(self, row: M) -> SafeString:
        """Return a link to Django's change page, which shows all fields of the row."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_change"
        url, label = detail_url(name, row.pk), gettext("all fields")
        return format_html('<a href="{}" title="{}" aria-label="{}">⋯</a>', url, label, label)

    def get_fields(self, request: HttpRequest, obj: M | None = None) -> Any:  # noqa: ARG002
        """Return all editable fields except those in `exclude`; JSON is shown folded."""
        columns = [field for field in self.model._meta.fields if field.editable]
        hidden = self.exclude or ()
        return [self._display_of(field) for field in columns if field.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Return all fields: nothing can be edited."""
        return self.get_fields(request, obj)

    def display_of_relation(self, field: ForeignKey[Any, Any]) -> Display | None:
        """Return a function that shows a related row as text; None shows a link to its change page.

        A link is shown only to a table with a `KeysetAdmin`: the viewer may not open other pages.
        """
        other = self.admin_site._registry.get(field.related_model)  # noqa: SLF001
        return None if isinstance(other, KeysetAdmin) else _name

    def _display_of(self, field: Field[Any, Any]) -> str | Display:
        """Return what shows a field on the change page, for `get_fields`.

        This is the field's name, or a display function for JSON, seconds, floats and related rows.
        """
        show = self._display(field)
        if show is None:
            return field.name

        @admin.display(
            description=DURATION_LABELS.get(field.name) or capfirst(str(field.verbose_name))
        )
        def shown(row: Any) -> Any:
            return show(getattr(row, field.name))

        # Django finds the help text by the name; that of a duration says "seconds", which is wrong
        # for the formatted text.
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
