"""Admin of the installation: runs of its jobs."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.models import JobRun
from infra.admin.model_admins import ReadOnlyAdmin, ScopedAdmin
from roster.admin.permissions import is_superuser

# Their pages would show and change the secrets of second factors.
admin.site.unregister([StaticDevice, TOTPDevice])


@admin.register(JobRun)
class JobRunAdmin(ScopedAdmin[JobRun], ReadOnlyAdmin[JobRun]):
    """A read-only list of the jobs, visible to superusers."""

    list_display = ["name", "due_at", "succeeded_at", "failed_at", "done"]
    ordering = ["name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: JobRun | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)
