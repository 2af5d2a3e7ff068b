"""Where exports are kept for a day, readable by nobody else on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import orjson
from django.conf import settings

from roster.exports.columns import Cell
from roster.models import Export, ExportFormat

# Nobody's any more: their owner was erased meanwhile.
STRAY = timedelta(hours=48)
_OWNERS_ONLY = 0o600


def folder() -> Path:
    """Return where files are kept."""
    place = Path(settings.EXPORTS_FOLDER)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def file_of(export: Export) -> Path:
    """Return the file that is handed out in the end."""
    return folder() / f"{export.pk.hex}.{export.format}"


def rows_of(export: Export) -> Path:
    """Return the file that rows are gathered in: of CSV it is the same."""
    if export.format == ExportFormat.CSV:
        return file_of(export)
    return folder() / f"{export.pk.hex}.rows"


def open_for_rows(export: Export) -> BinaryIO:
    """Open the file that rows are gathered in, after those that are known to be in it.

    Raises
    ------
    FileNotFoundError : they are not in it, as after the loss of a disk.
    """
    descriptor = os.open(rows_of(export), os.O_RDWR | os.O_CREAT, _OWNERS_ONLY)
    file = os.fdopen(descriptor, "r+b")
    if file.seek(0, os.SEEK_END) < export.bytes_read:
        file.close()
        raise FileNotFoundError(file.name)
    file.truncate(export.bytes_read)
    file.seek(export.bytes_read)
    return file


def as_rows(rows: list[list[Cell]]) -> bytes:
    """Return rows a line each, for `headings_and_rows` to read."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def headings_and_rows(export: Export) -> tuple[list[Cell], Iterator[list[Cell]]]:
    """Return what was gathered for an export, the headings first."""
    lines = _gathered(export)
    return next(lines), lines


def _gathered(export: Export) -> Iterator[list[Cell]]:
    with rows_of(export).open("rb") as file:
        for line in file:
            yield orjson.loads(line)


def remove(export: Export) -> None:
    """Delete whatever there is of an export."""
    for path in {file_of(export), rows_of(export), unfinished(export)}:
        path.unlink(missing_ok=True)


def unfinished(export: Export) -> Path:
    """Return the file a workbook is written to until it is whole."""
    return folder() / f"{export.pk.hex}.unfinished"


def remove_strays(at: datetime) -> int:
    """Delete files that nobody has worked on for long; tell how many."""
    before = (at - STRAY).timestamp()
    strays = [path for path in folder().iterdir() if path.stat().st_mtime < before]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
