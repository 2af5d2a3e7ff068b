"""`manage.py fold_items`: update the statistics of items and skills now instead of by the job."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from analytics.models import LearningEvent
from analytics.services.item_statistics import fold_events


class Command(BaseCommand):
    help = (
        "Add the events that are not folded yet to the difficulty and the usual times of items "
        "and skills. `run_jobs` does this every 30 seconds; both may run at the same time."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = 0
        total = LearningEvent.objects.unfolded().count()
        with tqdm(total=total, unit="events", disable=None) as bar:
            while folded := fold_events(timezone.now()):
                done += folded
                bar.update(folded)
        self.stdout.write(f"{done} events folded.")
