"""The progress-tracking app."""

from __future__ import annotations

from django.apps import AppConfig


class LoggerConfig(AppConfig):
    name = "logger"
    verbose_name = "Progress tracking"
