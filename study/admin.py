"""Admin of study sets and their items: facility admins edit them, coaches view them."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils import timezone

from infra.admin.model_admins import CappedPaginator
from roster.admin.audited import AuditedAdmin
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.permissions import (
    can_manage_any,
    can_manage_facility,
    is_staff,
    managed_facilities,
)
from roster.models import Actor, Facility
from study import exports, services
from study.models import LearningItem, StudySet

S = TypeVar("S", bound=StudySet | LearningItem)


class CatalogueAdmin(AuditedAdmin[S], ExportableAdmin[S]):
    """Base of admin lists of the facilities that the viewer manages as a whole."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    facility_path = "facility"

    def get_queryset(self, request: HttpRequest) -> QuerySet[S]:
        managed = Facility.objects.managed_by(cast("Actor", request.user))
        return super().get_queryset(request).filter(**{f"{self.facility_path}__in": managed})

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: S | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: S | None = None) -> bool:
        if not self.has_module_permission(request):
            return False
        if obj is None:
            return can_manage_any(request)
        return can_manage_facility(request, self.facility_of(obj))

    def facility_of(self, row: S) -> UUID | None:
        """Return the facility of the set."""
        return cast("StudySet", getattr(row, "study_set", row)).facility_id

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: S | None = None) -> bool:  # noqa: ARG002
        """Forbid deletion: learners' progress refers to these rows."""
        return False


@admin.register(StudySet)
class StudySetAdmin(CatalogueAdmin[StudySet]):
    export_columns = exports.SETS
    fields = ["facility", "name"]
    list_display = ["name", "facility", "created_at"]
    list_select_related = ["facility"]
    search_fields = ["name"]
    ordering = ["name", "id"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_readonly_fields(self, request: HttpRequest, obj: StudySet | None = None) -> Any:  # noqa: ARG002
        """Make the facility of existing sets read-only: their learners belong to it."""
        return ["facility"] if obj else []

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer only the facilities in which the viewer may create sets."""
        return super().formfield_for_foreignkey(
            db_field, request, **{**kwargs, "queryset": managed_facilities(request)}
        )

    def save_row(self, request: HttpRequest, obj: StudySet, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """Create a set with its skill, or rename both."""
        if change:
            services.rename_study_set(obj, obj.name)
        else:
            obj.pk = services.add_study_set(obj.facility_id, obj.name, at=timezone.now()).pk


@admin.register(LearningItem)
class LearningItemAdmin(CatalogueAdmin[LearningItem]):
    """Items are added through the API: POST /v3/sets/:id/learning_items."""

    export_columns = exports.ITEMS
    facility_path = export_facility = "study_set__facility"
    fields = ["study_set", "position", "guid", "question", "answer"]
    readonly_fields = ["study_set", "position", "guid"]
    list_display = ["__str__", "study_set", "position", "created_at"]
    list_select_related = ["study_set", "item"]
    search_fields = ["question", "answer", "study_set__name"]
    ordering = ["study_set", "position"]

    @admin.display(description="learning engine GUID")
    def guid(self, learning_item: LearningItem) -> str:
        return str(learning_item.item.guid)
