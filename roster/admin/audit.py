"""Admin of the audit log: changes of the roster and exports of lists."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from infra.admin.html import moment
from infra.admin.model_admins import FormListAdmin, ReadOnlyAdmin
from infra.exports import Column
from roster.admin import permissions
from roster.admin.export_mixin import ExportableAdmin
from roster.admin.filters import ActionFilter
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import AuditEntry

MAX_SHOWN = 3


@admin.register(AuditEntry)
class AuditEntryAdmin(
    ExportableAdmin[AuditEntry], FormListAdmin[AuditEntry], ReadOnlyAdmin[AuditEntry]
):
    """Audit log: superusers read all of it, admins the entries of their facility."""

    list_display = [
        "happened", "actor_name", "action", "object_kind", "object_name", "summary", "facility",
    ]  # fmt: skip
    list_filter = [FacilityFilter, ActionFilter]
    search_fields = ["actor_name", "object_name"]
    ordering = ["-id"]
    sortable_by = ()
    fields: ClassVar[Any] = [
        "happened", "actor_name", "actor_id", "facility", "action", "object_kind", "object_name",
        "object_id", "details",
    ]  # fmt: skip
    readonly_fields = (*fields,)
    export_columns = (
        Column("entry id", "id"),
        Column("time", "at"),
        Column("who", "actor_name"),
        Column("who (id)", "actor_id"),
        Column("action", "action"),
        Column("kind", "object_kind"),
        Column("what", "object_name"),
        Column("what (id)", "object_id"),
        Column("changes", "changes"),
        Column("facility id", "facility"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the entries the viewer may read; a deleted facility is joined as None."""
        entries = AuditEntry.objects.visible_to(viewer(request)).select_related("facility")
        return entries.order_by(*self.ordering)

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return the lookup that selects the entries of a facility."""
        return {"facility": key}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the audit log to admins."""
        return permissions.can_manage_any(request)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:  # noqa: ARG002
        """Allow admins to view entries."""
        return self.has_module_permission(request)

    @admin.display(description=_("Time"))
    def happened(self, entry: AuditEntry) -> SafeString:
        """Format the time of the entry."""
        return moment(entry.at)

    @admin.display(description=_("Changes"))
    def summary(self, entry: AuditEntry) -> SafeString:
        """List the first `MAX_SHOWN` changes."""
        return _format_changes(dict(list(entry.changes.items())[:MAX_SHOWN]))

    @admin.display(description=_("Changes"))
    def details(self, entry: AuditEntry) -> SafeString:
        """List all changes."""
        return _format_changes(entry.changes)


def _format_changes(changes: dict[str, Any]) -> SafeString:
    lines = ((name, _format_change(value)) for name, value in changes.items())
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))


def _format_change(value: Any) -> str:
    """Format one value, or a pair of old and new value."""
    if isinstance(value, list) and len(value) == 2:
        before, after = (_format_value(part) for part in value)
        return f"{before} → {after}"
    return _format_value(value)


def _format_value(value: Any) -> str:
    return "—" if value in (None, "") else str(value)
