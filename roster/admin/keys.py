"""Admin of API keys: create and revoke them; the secret is shown once, on creation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from infra.admin.labels import label
from infra.exports import Column
from roster import services
from roster.admin import permissions
from roster.admin.base import RosterAdmin
from roster.admin.permissions import viewer
from roster.admin.place_filters import FacilityFilter
from roster.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(RosterAdmin[ApiKey]):
    """Admin of API keys of the facilities the viewer is an admin of."""

    list_display = [
        "name", "prefix", "facility", "can_read", "can_write", "can_admin", "expires_at",
        "revoked_at", "last_used_at",
    ]  # fmt: skip
    list_select_related = ["facility"]
    list_filter = [FacilityFilter]
    search_fields = ["name", "prefix"]
    ordering = ["-id"]
    fields = ["facility", "name", "can_read", "can_write", "can_admin", "expires_at"]
    readonly_fields = ["prefix", "created_at", "revoked_at", "last_used_at"]
    actions = ["revoke"]
    export_columns = (
        Column("key id", "id"),
        Column("name", "name"),
        Column("prefix", "prefix"),
        Column("facility", "facility__name"),
        Column("read", "can_read"),
        Column("write", "can_write"),
        Column("admin", "can_admin"),
        Column("created", "created_at"),
        Column("expires", "expires_at"),
        Column("revoked", "revoked_at"),
        Column("last used", "last_used_at"),
    )

    def facility_of(self, row: ApiKey) -> UUID | None:
        """Return the facility of the key."""
        return row.facility_id

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Return the keys of the facilities the viewer is an admin of."""
        keys = ApiKey.objects.order_by(*self.ordering)
        if viewer(request).is_superuser:
            return keys
        return keys.filter(facility__in=permissions.management_scope(request).managed)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the section to admins."""
        return permissions.can_manage_any(request)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:  # noqa: ARG002
        """Forbid deletion; keys are revoked and stay on record."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        """Make the facility of an existing key read-only."""
        fixed = super().get_readonly_fields(request, obj)
        return [*fixed, "facility"] if obj else fixed

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, **kwargs: Any) -> Any:  # type: ignore[override]
        """Label both inputs of the expiry time."""
        form = super().get_form(request, obj, **kwargs)
        for field in form.base_fields.values():
            label(field)
        return form

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001
        """Create a key and show its secret, or save changes of an existing key."""
        if change:
            super().save_model(request, obj, form, change)
            return
        self.lock(request, obj)
        key, secret = services.create_api_key(
            obj.facility,
            name=obj.name,
            scopes=set(obj.scopes),
            at=timezone.now(),
            expires_at=obj.expires_at,
            actor=viewer(request),
        )
        obj.pk, obj.prefix = key.pk, key.prefix
        text = _("The secret of %(key)s, shown only once: %(secret)s")
        self.message_user(request, text % {"key": key, "secret": secret}, messages.WARNING)

    @admin.action(description=gettext_lazy("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        """Revoke the selected keys from now on; keys already unusable stay unchanged."""
        at = timezone.now()
        for key in ApiKey.objects.usable(at).filter(pk__in=keys):
            services.revoke_key(key.prefix, at=at, actor=viewer(request))
        self.message_user(request, _("Revoked."))
