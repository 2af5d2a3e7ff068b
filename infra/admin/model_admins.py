"""Base classes of the admin's pages: read-only, without deletion, and with checked filters."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.functional import cached_property

from infra.admin.changelists import FormChangeList
from infra.admin.filters import FormFilter

M = TypeVar("M", bound=Model)


class CappedPaginator(Paginator[Any]):
    """Counts no further than a coach would leaf, so that a page costs the same in a big table."""

    MAX_COUNT = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MAX_COUNT].count())


def is_allowed_lookup(model_admin: admin.ModelAdmin[Any], lookup: str) -> bool:
    """Tell whether a changelist's address may ask this: the filters beside the list, no more.

    Django lets staff look up any field in any way, which lets them ask for regular expressions
    and relations nobody meant them to.
    """
    name, __, operator = lookup.partition("__")
    filters = model_admin.list_filter
    controls = [each for each in filters if isinstance(each, type) and issubclass(each, FormFilter)]
    if any(lookup in control.parameters for control in controls):
        return True
    return name in filters and operator in ("", "exact", "isnull")


class NoDeleteAdmin(admin.ModelAdmin[M]):
    """Makes and changes what is removed through the API alone.

    Django's page would first bring every record that goes along, years of many learners' work;
    the API locks whom it concerns, and keeps from the admin whoever looks after nothing any more.
    """

    removal_hint: ClassVar[str]

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is removed here."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Say beside what is there already how it is removed."""
        [(name, options), *others] = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [(name, options), *others]
        return [(name, {**options, "description": self.removal_hint}), *others]


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """Looks at what something else writes."""

    def has_add_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is deleted here."""
        return False


class ScopedAdmin(admin.ModelAdmin[M]):
    """Whoever asks for what is not theirs is told that it is not there."""

    def _get_obj_does_not_exist_redirect(self, *_args: Any) -> Any:
        """Answer as of any address that leads nowhere; Django would lead back to the start."""
        raise Http404

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Allow the filters beside the list."""
        return is_allowed_lookup(self, lookup)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Act on the chosen rows; Django would fail at a key that is none."""
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(key)
        except ValidationError:
            raise BadRequest("This is no row.") from None
        return super().response_action(request, queryset, *args)


class FormListAdmin(ScopedAdmin[M]):
    """A list like those of learners' records: its search and its filters in one form."""

    change_list_template = "admin/keyset_list.html"
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **_kwargs: Any) -> type[FormChangeList]:  # noqa: ARG002
        """Put the form above it."""
        return FormChangeList
