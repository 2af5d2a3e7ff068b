"""The project itself, an app only so that it can own installation-wide commands, and its admin."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Installation"

    def ready(self) -> None:
        """Let the OpenAPI document know our authentication."""
        import_module("config.openapi")


class LearnTraceAdminConfig(admin.AdminConfig):
    """Django's admin, with a site of ours."""

    # Or Django would take this one for the app `config`.
    default = False
    default_site = "config.site.LearnTraceSite"
