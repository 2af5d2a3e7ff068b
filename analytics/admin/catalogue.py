"""Admin of skills and items."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from analytics import exports
from analytics.models import Item, Skill
from analytics.models.catalogue import ItemStatistics
from infra.admin.model_admins import CappedPaginator
from infra.identifiers import parse_uuid
from roster.admin.audited import AuditedAdmin
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.permissions import is_superuser

L = TypeVar("L", bound=ItemStatistics)


class ItemStatisticsAdmin(AuditedAdmin[L], ExportableAdmin[L]):
    """Admin of skills or items, for superusers.

    Fields that people maintain are editable; statistics computed from answers are read-only.
    """

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_select_related = ["facility", "skill"]
    readonly_fields = [
        "difficulty_mean", "difficulty_variance", "answers", "correct", "typical_seconds",
    ]  # fmt: skip
    exclude = ["times"]

    def facility_of(self, row: L) -> UUID | None:
        """Return the facility of the skill or item."""
        return cast("Skill | Item", row).facility_id

    def get_readonly_fields(self, request: HttpRequest, obj: L | None = None) -> Any:
        """Make facility and code of existing rows read-only: their answers belong to both."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "facility", "code"] if obj else fixed

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: L | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: L | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: L | None = None) -> bool:  # noqa: ARG002
        """Forbid deletion: it would also delete learners' events."""
        return False


@admin.register(Skill)
class SkillAdmin(ItemStatisticsAdmin[Skill]):
    export_columns = exports.SKILLS
    list_display = ["code", "title", "section", "facility", "answers", "typical_seconds"]
    list_select_related = ["facility"]
    list_filter = ["section"]
    search_fields = ["code", "title"]
    ordering = ["code", "id"]
    exclude = ["times", "parameters", "claimed", "claims"]


@admin.register(Item)
class ItemAdmin(ItemStatisticsAdmin[Item]):
    export_columns = exports.ITEMS
    list_display = ["__str__", "skill", "facility", "answers", "typical_seconds"]
    search_fields = ["code__startswith", "name__startswith"]
    search_help_text = gettext_lazy("First characters of the code or name, or the GUID")
    ordering = ["-id"]
    raw_id_fields = ["skill"]

    def get_readonly_fields(self, request: HttpRequest, obj: Item | None = None) -> Any:
        """Make the GUID of existing items read-only: results that arrive later refer to it."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "guid"] if obj else fixed

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        """Search by code and name, and by a complete GUID."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        guid = parse_uuid(search_term.strip())
        return found if guid is None else found | queryset.filter(guid=guid), may_repeat
