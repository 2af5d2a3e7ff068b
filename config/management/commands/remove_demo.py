"""`manage.py remove_demo`: delete the demo school with everybody in it, its superuser included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from analytics.models import LearningEvent
from config.demo.roster import NAME, PARTNER_ID
from logger.models import AttemptLog, ContentSession
from roster.models import Facility, User
from roster.services.facilities import remove_facility


class Command(BaseCommand):
    help = (
        "Delete the demo school with its people, their records and its keys. Its superuser goes, "
        "too, so another superuser must exist: `manage.py setup` and `createsuperuser` create one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *_args: Any, dry_run: bool, **_options: Any) -> None:
        school = Facility.objects.filter(partner_id=PARTNER_ID, name=NAME).first()
        if school is None:
            raise CommandError("There is no demo school.")
        others = User.objects.filter(is_superuser=True, is_active=True).exclude(facility=school)
        actor = others.order_by("created_at").first()
        if actor is None:
            raise CommandError(
                "The only superuser belongs to the demo. Create another one first: "
                "manage.py setup or manage.py createsuperuser."
            )
        with transaction.atomic():
            counts = {
                "people": User.objects.in_facility(school.pk).count(),
                "sessions": ContentSession.objects.filter(facility=school).count(),
                "attempts": AttemptLog.objects.filter(user__facility=school).count(),
                "answers": LearningEvent.objects.filter(facility=school).count(),
            }
            if not dry_run:
                remove_facility(school.pk, actor=actor)
        if not dry_run:
            (Path(settings.BASE_DIR) / "var" / "demo.json").unlink(missing_ok=True)
        numbers = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        self.stdout.write(f"{'Would delete' if dry_run else 'Deleted'} {school}: {numbers}.")
