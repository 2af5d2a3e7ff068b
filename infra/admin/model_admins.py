"""Base classes of model admins: read-only, without deletion, and with restricted lookups."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property

from infra.admin.changelists import FormChangeList
from infra.admin.filters import FormFilter

M = TypeVar("M", bound=Model)


class CappedPaginator(Paginator[Any]):
    """A paginator that counts at most 10,000 rows, so a page of a large table stays cheap."""

    MAX_COUNT = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, at most 10,000."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MAX_COUNT].count())


def is_allowed_lookup(model_admin: admin.ModelAdmin[Any], lookup: str) -> bool:
    """Return True if the list offers this lookup of the query string as one of its filters.

    By default, Django lets staff use many lookups on many fields, among them regular expressions
    and lookups across relations.
    """
    name, __, operator = lookup.partition("__")
    filters = model_admin.list_filter
    controls = [each for each in filters if isinstance(each, type) and issubclass(each, FormFilter)]
    if any(lookup in control.parameters for control in controls):
        return True
    return name in filters and operator in ("", "exact", "isnull")


class NoDeleteAdmin(admin.ModelAdmin[M]):
    """A model admin that adds and changes rows, while deletion is possible only through the API.

    Django's confirmation page would load every dependent row, which may be years of many learners'
    work. The API locks the people concerned and revokes the staff access of those without a role.
    """

    removal_hint: ClassVar[str]

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Return False: the API deletes."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Add `removal_hint`, which says how a row is deleted, to the form of an existing row."""
        [(name, options), *others] = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [(name, options), *others]
        return [(name, {**options, "description": self.removal_hint}), *others]


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """A model admin that only shows rows, which other code writes."""

    def has_add_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Return False: the admin is read-only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Return False: the admin is read-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Return False: the admin is read-only."""
        return False


class ScopedAdmin(admin.ModelAdmin[M]):
    """A model admin that answers 404 for rows outside the viewer's scope, as for unknown rows."""

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> Any:
        """Raise 404 for an unknown row; Django would redirect to the index page."""
        raise Http404

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show the history of a row; a row that the viewer may not read is a 404, too."""
        try:
            return super().history_view(request, *args, **kwargs)
        except PermissionDenied:
            raise Http404 from None

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Return True for the filters of the list only."""
        return is_allowed_lookup(self, lookup)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Run an action on the selected rows; an invalid key is a 400, where Django would fail."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError:
            raise BadRequest("The id of a selected row is invalid.") from None
        return super().response_action(request, queryset, *args)


class FormListAdmin(ScopedAdmin[M]):
    """A model admin with a list like those of learners' records: search and filters in one form."""

    change_list_template = "admin/keyset_list.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[FormChangeList]:  # noqa: ARG002
        """Return the changelist with the form."""
        return FormChangeList
