"""Admin of the roster: staff see the people they manage, facility admins change the roster."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group

from roster.admin.audit import AuditEntryAdmin
from roster.admin.exports import ExportAdmin
from roster.admin.facilities import ClassroomAdmin, FacilityAdmin, LearnerGroupAdmin
from roster.admin.keys import ApiKeyAdmin
from roster.admin.people import UserAdmin

__all__ = [
    "ApiKeyAdmin",
    "AuditEntryAdmin",
    "ClassroomAdmin",
    "ExportAdmin",
    "FacilityAdmin",
    "LearnerGroupAdmin",
    "UserAdmin",
]

admin.site.unregister(Group)
