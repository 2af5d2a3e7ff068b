"""The app of the learner model."""

from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Learner model"

    def ready(self) -> None:
        """Register what happens to records of people who change their school, or are erased."""
        from analytics.services.moving import move_events  # noqa: PLC0415  # needs the models
        from analytics.services.pseudonyms import rename_author  # noqa: PLC0415
        from roster.services.erasure import on_erase  # noqa: PLC0415
        from roster.services.moving import on_move  # noqa: PLC0415

        on_move(move_events)
        on_erase(rename_author)
