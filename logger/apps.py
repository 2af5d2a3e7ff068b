"""The progress-tracking app."""

from __future__ import annotations

from django.apps import AppConfig


class LoggerConfig(AppConfig):
    name = "logger"
    verbose_name = "Progress tracking"

    def ready(self) -> None:
        """Register what happens to the records of people who change their school."""
        from logger.services.moving import move_records  # noqa: PLC0415  # needs the models
        from roster.services.moving import on_move  # noqa: PLC0415

        on_move(move_records)
