"""`manage.py create_key`: create an API key and print its secret once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from roster import services
from roster.management.facilities import add_facility_argument, find_facility
from roster.models import Scope


class Command(BaseCommand):
    help = "Create an API key. The secret is printed to standard output and is not stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the key is for, e.g. “LMS”")
        add_facility_argument(parser)
        parser.add_argument(
            "--scope", action="append", choices=[scope.value for scope in Scope], required=True,
            help="scope of the key; may be repeated; admin implies read and write",
        )  # fmt: skip
        parser.add_argument(
            "--days", type=int, help="number of days until the key expires; default: never"
        )

    def handle(
        self,
        *_args: Any,
        name: str,
        facility: str | None,
        scope: list[str],
        days: int | None,
        **_options: Any,
    ) -> None:
        at = timezone.now()
        if days is not None and not 1 <= days <= 36_500:
            raise CommandError("--days must be between 1 and 36500.")
        key, secret = services.create_api_key(
            find_facility(facility),
            name=name,
            scopes={Scope(word) for word in scope},
            at=at,
            expires_at=at + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"Key {key.prefix} of {key.facility}: {', '.join(key.scopes)}.")
        self.stdout.write(secret)
