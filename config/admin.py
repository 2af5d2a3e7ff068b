"""Admin of the installation: when its jobs ran."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from config.models import JobRun
from roster.admin_base import ReadOnlyAdmin


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin[JobRun]):
    """For superusers to look at."""

    list_display = ["name", "due_at", "succeeded_at", "failed_at", "done"]
    ordering = ["name"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: JobRun | None = None) -> bool:  # noqa: ARG002
        return self.has_module_permission(request)
