"""`manage.py restore DIR`: load a backup into an empty installation, and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backups import BackupError, count_restored, restore, verify


class Command(BaseCommand):
    help = (
        "Verify a backup, load it into a database without tables, compare the number of rows, "
        "migrate if the backup is of an older version, and check the states of the learners."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a folder made by backup")

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        try:
            manifest = verify(folder)
            restore(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = count_restored(manifest)
        if manifest["rows"] != rows:
            tables = [name for name in rows if rows[name] != manifest["rows"][name]]
            self.stderr.write(f"Rows differ from the manifest: {', '.join(tables)}.")
            raise CommandError("The restored rows are not those of the backup.")
        call_command("migrate", verbosity=0)
        call_command("rebuild_state", check=True, stdout=self.stdout)
        self.stdout.write(f"{sum(rows.values()):,} rows restored from {folder}.")
