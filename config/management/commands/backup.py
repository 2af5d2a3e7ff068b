"""`manage.py backup DIR`: write a backup of the installation into a new folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.backups import BackupError, make_backup


class Command(BaseCommand):
    help = (
        "Write the database, the exports, the settings without secrets and a manifest into a new "
        "folder, also while the server runs. PostgreSQL needs pg_dump of the server's "
        "version. Keep .env apart: the backup has no secret key. The folder is not encrypted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new or an empty folder")

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        try:
            manifest = make_backup(folder, at=timezone.now())
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sum(manifest['rows'].values()):,} rows saved in {folder}.")
