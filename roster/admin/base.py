"""What every page of the roster rests on: seen by staff, changed by admins of the facility."""

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
from infra.audit import audited_fields
from roster import services
from roster.admin import permissions
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.permissions import viewer
from roster.services.permissions import NotAllowed, UnknownReference, lock_facility

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)


class RosterAdmin(ExportableAdmin[M], FormListAdmin[M]):
    """Rows of one kind, those the viewer may know of (contract 1.8).

    Whatever is saved is saved under the facility's lock, and is in the audit log.
    """

    facility: ClassVar[str] = "facility"

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return what the viewer may know of."""
        rows: Any = self.model._default_manager
        visible: QuerySet[M] = rows.visible_to(viewer(request))
        return visible.order_by(*self.get_ordering(request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's own, which deletes many at once without a look at each."""
        actions: dict[str, Any] = super().get_actions(request)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return what rows of a facility have."""
        return {self.facility: key}

    def facility_of(self, row: M) -> UUID | None:
        """Return the facility a row belongs to."""
        raise NotImplementedError

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to all staff."""
        return permissions.is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:  # noqa: ARG002
        """Let all staff look; the queryset decides at what."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let admins of a facility add to it."""
        return permissions.can_manage_any(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Let admins change what is of their facility."""
        if obj is None:
            return permissions.can_manage_any(request)
        return permissions.can_manage_facility(request, self.facility_of(obj))

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Let admins remove what is of their facility."""
        return self.has_change_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: M | None) -> Any:
        """Show what hangs on a row to those who may change it, once it is there."""
        return self.inlines if obj and self.has_change_permission(request, obj) else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer nothing but what is theirs to give."""
        offered = self.choices_for(db_field.name, request)
        if offered is not None:
            kwargs["queryset"] = offered
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def choices_for(self, name: str, request: HttpRequest) -> QuerySet[Any] | None:
        """Return what may be chosen in a field; None where it is not about a place."""
        if name == "facility":
            return permissions.managed_facilities(request)
        if name == "classroom":
            return permissions.managed_classrooms(request)
        return None

    def lock(self, request: HttpRequest, row: M) -> None:
        """Lock the facility of a row, for somebody who may change it then."""
        facility_id = self.facility_of(row)
        if facility_id is None:
            return
        try:
            lock_facility(facility_id, actor=viewer(request), field="facility")
        except (NotAllowed, UnknownReference):
            raise PermissionDenied from None

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save a row, and keep what changed."""
        self.lock(request, obj)
        stored = self.model._default_manager
        before = audited_fields(stored.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        if change:
            services.record_changed(obj, before, **self.audit_context(request, obj))
        else:
            services.record_added(obj, **self.audit_context(request, obj))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:  # noqa: ARG002
        """Name what is removed, and count what goes along.

        Django would name that too, for which it asks row by row. None of it has pages here,
        so that nobody's rights on those are to be asked for.
        """
        collector: Any = NestedObjects(using=DEFAULT_DB_ALIAS, origin=objs)
        collector.collect(objs)
        counts = {
            model._meta.verbose_name_plural: len(rows)
            for model, rows in collector.model_objs.items()
        }
        return [str(row) for row in objs], counts, set(), [str(row) for row in collector.protected]

    def delete_model(self, request: HttpRequest, obj: M) -> None:
        """Remove a row, and keep what it was."""
        self.lock(request, obj)
        services.record_removed(obj, **self.audit_context(request, obj))
        super().delete_model(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:  # noqa: FBT001
        """Save what hangs on a row, and keep what came and went."""
        noted = self.audit_context(request, form.instance)
        gone = [form.instance.pk for form in formset.deleted_forms]
        # As they are stored: a form empties what it was not sent.
        for row in formset.model._default_manager.filter(pk__in=gone) if gone else []:
            services.record_removed(row, **noted)
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            services.record_added(row, **noted)

    def audit_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """Return who changes which facility's roster."""
        return {"actor": viewer(request), "facility_id": self.facility_of(row)}


class RosterInline(admin.TabularInline[Any, P]):
    """What hangs on a row of the roster: it comes and goes, and is never changed."""

    extra = 1
    formset = LabelledFormSet
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring with each row what it is called after."""
        return super().get_queryset(request).select_related(*self.related).order_by("pk")

    def _may_change(self, request: HttpRequest, obj: Any) -> bool:
        parent = self.admin_site.get_model_admin(self.parent_model)
        return obj is not None and parent.has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show them to who may change the row they hang on; Django also asks beside no row."""
        return obj is None or self._may_change(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let them add some."""
        return self._may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Let nobody turn one into another."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let them remove some."""
        return self._may_change(request, obj)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Offer what belongs to the row."""
        formset = super().get_formset(request, obj, **kwargs)
        for name, field in formset.form.base_fields.items():
            if obj is not None and (offered := self.choices_for(name, obj)) is not None:
                cast("ModelChoiceField[Any]", field).queryset = offered
        return formset

    def choices_for(self, name: str, obj: Any) -> QuerySet[Any] | None:
        """Return what may be chosen in a field, beside a row; None: it is no choice of rows."""
        raise NotImplementedError
