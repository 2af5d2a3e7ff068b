"""What every admin page of learners' records rests on: read-only, scoped, never counting all."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

M = TypeVar("M", bound=Model)


class CappedPaginator(Paginator[Any]):
    """Counts no further than a coach would leaf, so that a page costs the same in a big table."""

    MAX_COUNT = 10_000

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self.MAX_COUNT].count())


def is_listed_filter(model_admin: admin.ModelAdmin[Any], lookup: str) -> bool:
    """Tell whether a changelist's address may ask this: the filters beside the list, no more.

    Django lets staff look up any field in any way, which lets them ask for regular expressions
    and relations nobody meant them to.
    """
    name, _, operator = lookup.partition("__")
    return name in model_admin.list_filter and operator in ("", "exact", "isnull")


class KeptAdmin(admin.ModelAdmin[M]):
    """Makes and changes what is removed through the API alone.

    Django's page would first bring every record that goes along, years of many learners' work;
    the API locks whom it concerns, and keeps from the admin whoever looks after nothing any more.
    """

    removal: ClassVar[str]

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Nothing is removed here."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Say beside what is there already how it is removed."""
        [(name, options), *others] = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [(name, options), *others]
        return [(name, {**options, "description": self.removal}), *others]


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


class VisibleLearnersAdmin(ReadOnlyAdmin[M]):
    """A window, not a door: shows staff the records of learners they may read."""

    paginator = CappedPaginator
    show_full_result_count = False
    # Facets count everything, and any other order sorts everything.
    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:  # noqa: ARG002
        """Allow the filters beside the list."""
        return is_listed_filter(self, lookup)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return what `visible_to` lets the viewer see."""
        rows: Any = self.model._default_manager
        visible: QuerySet[M] = rows.visible_to(request.user)
        return visible.order_by(*self.get_ordering(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to all staff."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Let all staff look; the queryset decides at what."""
        return self.has_module_permission(request)
