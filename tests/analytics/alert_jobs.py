"""The jobs that open and resolve alerts, run at once instead of when they are due."""

from __future__ import annotations

from django.utils import timezone

from analytics.services.alert_checks import check_alerts, schedule_checks
from analytics.services.item_statistics import fold_events


def run_alert_jobs() -> None:
    """Fold new answers and check the alerts of all learners that are due now."""
    at = timezone.now()
    for job in (fold_events, schedule_checks, check_alerts):
        while job(at):
            pass
