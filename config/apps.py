"""App config of the project itself, which is an app so that it can have models and commands."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps

from config.model_names import translate_names

OUR_APPS = {"analytics", "config", "logger", "roster", "study"}


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Installation"

    def ready(self) -> None:
        """Register the OpenAPI authentication schemes, and translate the names of models."""
        import_module("config.openapi")
        ours = (app for app in apps.get_app_configs() if app.label in OUR_APPS)
        translate_names(model for app in ours for model in app.get_models())
