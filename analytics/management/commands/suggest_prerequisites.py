"""`manage.py suggest_prerequisites`: suggest prerequisites of skills from the learners' mastery."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from analytics.services.prerequisites import suggest_prerequisites
from roster.management.facilities import add_facility_argument, find_facility
from roster.models import Facility


class Command(BaseCommand):
    help = (
        "Compute the suggested prerequisites of all facilities, or of one. The admin shows them "
        "with their numbers of learners; they apply only when somebody accepts them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_facility_argument(parser)

    def handle(self, *_args: Any, facility: str | None, **_options: Any) -> None:
        places = [find_facility(facility)] if facility else Facility.objects.order_by("pk")
        for place in places:
            count = suggest_prerequisites(place, at=timezone.now())
            self.stdout.write(f"{place}: {count} suggestions.")
