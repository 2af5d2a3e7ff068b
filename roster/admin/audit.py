"""The audit log: who changed what of the roster, and who took which lists along."""

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
    """For superusers, and for admins as far as it is about their facility."""

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
        """Return what the viewer may read; of a facility that is gone there is no name."""
        entries = AuditEntry.objects.visible_to(viewer(request)).select_related("facility")
        return entries.order_by(*self.ordering)

    def in_facility(self, key: UUID) -> dict[str, Any]:
        """Return what entries of a facility have."""
        return {"facility": key}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to admins."""
        return permissions.can_manage_any(request)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:  # noqa: ARG002
        """Let admins look."""
        return self.has_module_permission(request)

    @admin.display(description=_("Time"))
    def happened(self, entry: AuditEntry) -> SafeString:
        """Say when it was."""
        return moment(entry.at)

    @admin.display(description=_("Changes"))
    def summary(self, entry: AuditEntry) -> SafeString:
        """Say what changed, the first few things of it."""
        return _listed(dict(list(entry.changes.items())[:MAX_SHOWN]))

    @admin.display(description=_("Changes"))
    def details(self, entry: AuditEntry) -> SafeString:
        """Say all that changed."""
        return _listed(entry.changes)


def _listed(changes: dict[str, Any]) -> SafeString:
    lines = ((name, _worded(value)) for name, value in changes.items())
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", lines))


def _worded(value: Any) -> str:
    """Return a value, or the one before and the one after."""
    if isinstance(value, list) and len(value) == 2:
        before, after = (_plain(each) for each in value)
        return f"{before} → {after}"
    return _plain(value)


def _plain(value: Any) -> str:
    return "—" if value in (None, "") else str(value)
