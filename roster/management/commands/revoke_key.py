"""`manage.py revoke_key PREFIX`: revoke an API key at once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from roster import keys, services


class Command(BaseCommand):
    help = "Revoke an API key."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key", help="prefix of the key (12 characters, shown in the admin) or its whole secret"
        )

    def handle(self, *_args: Any, key: str, **_options: Any) -> None:
        try:
            revoked = services.revoke_key(keys.prefix_of(key) or key, at=timezone.now())
        except services.UnknownKey:
            raise CommandError("No usable key has this prefix.") from None
        self.stderr.write(f"Revoked {revoked}.")
