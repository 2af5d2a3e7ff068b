"""Admin whose changes are recorded in the audit log."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from infra.audit import audited_fields
from roster import services
from roster.admin.permissions import viewer

M = TypeVar("M", bound=Model)


class AuditedAdmin(admin.ModelAdmin[M]):
    """Admin that records additions and changes of rows, in the same transaction."""

    def facility_of(self, row: M) -> UUID | None:
        """Return the facility a row belongs to."""
        raise NotImplementedError

    def audit_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """Return the actor and the facility of an audit entry."""
        return {"actor": viewer(request), "facility_id": self.facility_of(row)}

    def save_row(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save a row."""
        super().save_model(request, obj, form, change)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save a row and record the changes in the audit log."""
        before = audited_fields(self.model._default_manager.get(pk=obj.pk)) if change else {}
        self.save_row(request, obj, form, change)
        if change:
            services.record_changed(obj, before, **self.audit_context(request, obj))
        else:
            services.record_added(obj, **self.audit_context(request, obj))
