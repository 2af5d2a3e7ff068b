"""Base classes of the roster admin: staff view rows, admins of the facility change them."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest

from infra.admin.labels import LabelledFormSet
from infra.admin.model_admins import FormListAdmin
from roster import services
from roster.admin import permissions
from roster.admin.audited import AuditedAdmin
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.permissions import viewer
from roster.services.permissions import NotAllowed, UnknownReference, lock_facility

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)


class RosterAdmin(AuditedAdmin[M], ExportableAdmin[M], FormListAdmin[M]):
    """Admin of one model, limited to rows visible to the viewer (contract 1.8).

    Every save locks the facility and writes an entry to the audit log.
    """

    facility: ClassVar[str] = "facility"

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows visible to the viewer."""
        rows: Any = self.model._default_manager
        visible: QuerySet[M] = rows.visible_to(viewer(request))
        return visible.order_by(*self.get_ordering(request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Drop Django's bulk delete action, which skips the checks of each row."""
        actions: dict[str, Any] = super().get_actions(request)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return the lookup that selects the rows of a facility."""
        return {self.facility: key}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to all staff."""
        return permissions.is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Allow all staff; the queryset limits the rows."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Allow admins of any facility."""
        return permissions.can_manage_any(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Allow admins of the row's facility."""
        if obj is None:
            return permissions.can_manage_any(request)
        return permissions.can_manage_facility(request, self.facility_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Allow admins of the row's facility."""
        return self.has_change_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: M | None) -> Any:
        """Show the inlines of an existing row to viewers who may change it."""
        return self.inlines if obj and self.has_change_permission(request, obj) else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices to rows the viewer may use."""
        choices = self.choices_for(db_field.name, request)
        if choices is not None:
            kwargs["queryset"] = choices
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def choices_for(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        """Return the choices of a field; None if the field is not a place."""
        if name == "facility":
            return permissions.managed_facilities(request)
        if name == "classroom":
            return permissions.managed_classrooms(request)
        return None

    def lock(self, request: HttpRequest, row: M) -> None:
        """Lock the facility of a row, then check that the viewer may change it."""
        facility_id = self.facility_of(row)
        if facility_id is None:
            return
        try:
            lock_facility(facility_id, actor=viewer(request), field="facility")
        except (NotAllowed, UnknownReference):
            raise PermissionDenied from None

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:  # noqa: FBT001
        """Lock the facility, save a row, and record the changes in the audit log."""
        self.lock(request, obj)
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:  # noqa: ARG002
        """List the rows to delete, and count the related rows deleted with them.

        Django would list the related rows too, with a query per row. They have no admin pages
        here, so there are no permissions to check.
        """
        collector: Any = NestedObjects(using=DEFAULT_DB_ALIAS, origin=objs)
        collector.collect(objs)
        counts = {
            model._meta.verbose_name_plural: len(rows)
            for model, rows in collector.model_objs.items()
        }
        return [str(row) for row in objs], counts, set(), [str(row) for row in collector.protected]

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        """Delete a row and record its last values in the audit log."""
        self.lock(request, obj)
        services.record_removed(obj, **self.audit_context(request, obj))
        super().delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Save the inline rows and record additions and removals in the audit log."""
        context = self.audit_context(request, form.instance)
        removed_ids = [form.instance.pk for form in formset.deleted_forms]
        # Read from the database: a form clears the fields that were not submitted.
        for row in formset.model._default_manager.filter(pk__in=removed_ids) if removed_ids else []:
            services.record_removed(row, **context)
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            services.record_added(row, **context)


class RosterInline(admin.TabularInline[Any, P]):
    """Inline rows of a roster row: they are added and removed, never changed."""

    extra = 1
    formset = LabelledFormSet
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Join the related rows that the label of a row needs."""
        return super().get_queryset(request).select_related(*self.related).order_by("pk")

    def _can_change_parent(self, request: HttpRequest, obj: Any) -> bool:
        parent = self.admin_site.get_model_admin(self.parent_model)
        return obj is not None and parent.has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow viewers who may change the parent row; Django also asks without a row."""
        return obj is None or self._can_change_parent(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow viewers who may change the parent row."""
        return self._can_change_parent(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Forbid changes of inline rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow viewers who may change the parent row."""
        return self._can_change_parent(request, obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Limit the choices of each field to those that fit the parent row."""
        formset = super().get_formset(request, obj, **kwargs)
        for name, field in formset.form.base_fields.items():
            if obj is not None and (choices := self.choices_for(name, obj)) is not None:
                cast("ModelChoiceField[Any]", field).queryset = choices
        return formset

    def choices_for(self, name: str, obj: Any) -> QuerySet[Any] | None:
        """Return the choices of a field for a parent row; None if it has no choices of rows."""
        raise NotImplementedError
