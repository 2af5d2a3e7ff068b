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
ORPHAN_AGE = timedelta(hours=48)
OWNER_ONLY_MODE = 0o600


def folder() -> Path:
    """Return where files are kept."""
    place = Path(settings.EXPORTS_FOLDER)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def result_path(export: Export) -> Path:
    """Return the file that is handed out in the end."""
    return folder() / f"{export.pk.hex}.{export.format}"


def rows_path(export: Export) -> Path:
    """Return the file that rows are gathered in: of CSV it is the same."""
    if export.format == ExportFormat.CSV:
        return result_path(export)
    return folder() / f"{export.pk.hex}.rows"


def has_rows(export: Export) -> bool:
    """Tell whether the rows that were read are still there."""
    path = rows_path(export)
    return (path.stat().st_size if path.exists() else 0) >= export.bytes_read


def append(export: Export, lines: bytes) -> int:
    """Put lines after the rows that are known; tell how many bytes are known then."""
    descriptor = os.open(rows_path(export), os.O_RDWR | os.O_CREAT, OWNER_ONLY_MODE)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(export.bytes_read)
        file.seek(export.bytes_read)
        file.write(lines)
        return file.tell()


def encode_rows(rows: list[list[Cell]]) -> bytes:
    """Return rows a line each, for `read_rows` to read."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def read_rows(export: Export) -> tuple[list[Cell], Iterator[list[Cell]]]:
    """Return what was gathered for an export, the headings first."""
    lines = _decode_rows(export)
    return next(lines), lines


def _decode_rows(export: Export) -> Iterator[list[Cell]]:
    with rows_path(export).open("rb") as file:
        for line in file:
            yield orjson.loads(line)


@contextmanager
def scratch_folder(export: Export) -> Iterator[Path]:
    """Lend a folder for a workbook to be written in; whoever wrote at it before died or lost it."""
    _remove_scratch_folders(export)
    place = folder() / f"{export.pk.hex}.desk-{uuid4().hex}"
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _remove_scratch_folders(export: Export) -> None:
    for place in folder().glob(f"{export.pk.hex}.desk-*"):
        shutil.rmtree(place, ignore_errors=True)


def remove(export: Export) -> None:
    """Delete whatever there is of an export."""
    _remove_scratch_folders(export)
    for path in {result_path(export), rows_path(export)}:
        path.unlink(missing_ok=True)


def remove_orphans(at: datetime) -> int:
    """Delete files that nobody has worked on for long; tell how many."""
    before = (at - ORPHAN_AGE).timestamp()
    strays = [path for path in folder().iterdir() if path.stat().st_mtime < before]
    for path in strays:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(strays)
