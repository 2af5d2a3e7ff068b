"""App configurations: the dashboard with its template tags, and the admin's default site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class DashboardConfig(AppConfig):
    default = True
    name = "dashboard"


class LearnTraceAdminConfig(admin.AdminConfig):
    """Django's admin app with the LearnTrace site as default."""

    default = False
    default_site = "dashboard.admin_site.LearnTraceSite"
