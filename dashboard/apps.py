"""The coaches' admin site as an app: its template tags, and the admin's default site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class DashboardConfig(AppConfig):
    default = True
    name = "dashboard"


class LearnTraceAdminConfig(admin.AdminConfig):
    """Django's admin with our site."""

    default = False
    default_site = "dashboard.admin_site.LearnTraceSite"
