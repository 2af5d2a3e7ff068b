"""`manage.py import_content FILE`: import the titles and questions of contents."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DataError, IntegrityError
from tqdm import tqdm

from analytics.catalogue import (
    BadCatalogue,
    ImportedContents,
    UnknownParents,
    import_contents,
    read_catalogue,
)


class Command(BaseCommand):
    help = (
        "Import a catalogue of contents: a CSV table with the columns id, title, kind, parent and "
        "items (a JSON list, or names separated by semicolons), or the database file of a Kolibri "
        "channel. The import is idempotent and is done completely or not at all. The result is "
        "printed to standard output as JSON."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="path of the table or of the channel")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        try:
            done = _import(file)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnknownParents as error:
            raise CommandError(f"{file}: {_describe_orphans(file, error)}") from None
        except BadCatalogue as error:
            raise CommandError(f"{file}: {error}") from None
        except (DataError, IntegrityError):
            raise CommandError(
                "The catalogue was changed during the import. Run the import again."
            ) from None
        body = {"listed": done.listed, "added": done.added}
        self.stdout.write(orjson.dumps(body).decode())


def _import(file: Path) -> ImportedContents:
    with tqdm(desc="contents", unit="", file=sys.stderr, leave=False, delay=1) as bar:
        return import_contents(read_catalogue(file), progress=bar.update)


def _describe_orphans(file: Path, error: UnknownParents) -> str:
    """Return the lines of contents with unknown parents, reading the file once more."""
    orphans = set(error.contents)
    lines = [
        f"line {content.line}: the parent {content.parent} is neither in the file nor in the"
        " catalogue."
        for content in read_catalogue(file)
        if content.id in orphans
    ]
    return "\n".join(lines)
