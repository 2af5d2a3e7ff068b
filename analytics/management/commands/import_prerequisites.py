"""`manage.py import_prerequisites FILE`: import the prerequisites of skills from a CSV table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.services.prerequisites import (
    InvalidPrerequisites,
    add_prerequisites,
    parse_pairs,
)
from roster.management.facilities import add_facility_argument, find_facility


class Command(BaseCommand):
    help = (
        "Import prerequisites from a CSV table with the columns before and after, which have codes "
        "of skills. The import is idempotent and is done completely or not at all; an import that "
        "would make a cycle is rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="path of the table")
        add_facility_argument(parser)

    def handle(self, *_args: Any, file: Path, facility: str | None, **_options: Any) -> None:
        place = find_facility(facility)
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                added = add_prerequisites(place, parse_pairs(lines), actor=None)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file}: This is not UTF-8.") from None
        except InvalidPrerequisites as error:
            raise CommandError(f"{file}: {error}") from None
        self.stdout.write(f"{added} prerequisites added.")
