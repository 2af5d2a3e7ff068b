"""Where exports are kept for a day, readable by nobody else on the machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from django.conf import settings

from infra.exports.columns import Cell
from infra.exports.models import Export, ExportFormat

# Nobody's any more: their owner was erased meanwhile.
STRAY = timedelta(hours=48)
OWNERS_ONLY = 0o600


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


def has_its_rows(export: Export) -> bool:
    """Tell whether the rows that were read are still there."""
    path = rows_of(export)
    return (path.stat().st_size if path.exists() else 0) >= export.bytes_read


def add(export: Export, lines: bytes) -> int:
    """Put lines after the rows that are known; tell how many bytes are known then."""
    descriptor = os.open(rows_of(export), os.O_RDWR | os.O_CREAT, OWNERS_ONLY)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(export.bytes_read)
        file.seek(export.bytes_read)
        file.write(lines)
        return file.tell()


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


@contextmanager
def desk(export: Export) -> Iterator[Path]:
    """Lend a folder for a workbook to be written in; whoever wrote at it before died or lost it."""
    _remove_desks(export)
    place = folder() / f"{export.pk.hex}.desk-{uuid4().hex}"
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _remove_desks(export: Export) -> None:
    for place in folder().glob(f"{export.pk.hex}.desk-*"):
        shutil.rmtree(place, ignore_errors=True)


def remove(export: Export) -> None:
    """Delete whatever there is of an export."""
    _remove_desks(export)
    for path in {file_of(export), rows_of(export)}:
        path.unlink(missing_ok=True)


def remove_strays(at: datetime) -> int:
    """Delete files that nobody has worked on for long; tell how many."""
    before = (at - STRAY).timestamp()
    strays = [path for path in folder().iterdir() if path.stat().st_mtime < before]
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(strays)
