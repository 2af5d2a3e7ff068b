"""`manage.py create_key`: create an API key and print its secret once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from infra.identifiers import parse_uuid
from roster import services
from roster.models import Facility, Scope


class Command(BaseCommand):
    help = "Create an API key. The secret is printed to standard output and is not stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the key is for, e.g. “LMS”")
        parser.add_argument(
            "--facility",
            help="UUID, partner id or name of the facility; default: the only facility",
        )
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
            _find_facility(facility),
            name=name,
            scopes={Scope(word) for word in scope},
            at=at,
            expires_at=at + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"Key {key.prefix} of {key.facility}: {', '.join(key.scopes)}.")
        self.stdout.write(secret)


def _find_facility(name: str | None) -> Facility:
    facilities = Facility.objects.all()
    if name is not None:
        facilities = facilities.filter(Q(pk=parse_uuid(name)) | Q(partner_id=name) | Q(name=name))
    found = list(facilities[:2])
    if len(found) != 1:
        raise CommandError("Specify one facility with --facility: its UUID, partner id or name.")
    return found[0]
