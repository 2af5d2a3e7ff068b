"""The project itself, an app only so that it can own installation-wide commands."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Installation"

    def ready(self) -> None:
        """Let the OpenAPI document know our authentication."""
        import_module("config.openapi")
