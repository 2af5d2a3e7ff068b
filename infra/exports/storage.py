"""Files of exports in `EXPORTS_FOLDER`, readable only by the server's own user."""

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

from infra import free_space
from infra.exports.columns import Cell
from infra.exports.models import Export, ExportFormat

# Files of this age have no export any more: their owner was erased meanwhile.
ORPHAN_AGE = timedelta(hours=48)
OWNER_ONLY_MODE = 0o600


def folder() -> Path:
    """Return the folder of all files, and create it if necessary."""
    path = Path(settings.EXPORTS_FOLDER)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def is_short_of_space() -> bool:
    """Return whether the disk of the database or that of the files is nearly full."""
    return free_space.is_short() or free_space.is_short(folder())


def result_path(export: Export) -> Path:
    """Return the path of the finished file."""
    return folder() / f"{export.pk.hex}.{export.format}"


def rows_path(export: Export) -> Path:
    """Return the path of the file to which rows are appended; for CSV, it is the finished file."""
    if export.format == ExportFormat.CSV:
        return result_path(export)
    return folder() / f"{export.pk.hex}.rows"


def has_rows(export: Export) -> bool:
    """Return True if the file still has all rows read so far."""
    path = rows_path(export)
    return (path.stat().st_size if path.exists() else 0) >= export.bytes_read


def append(export: Export, lines: bytes) -> int:
    """Write lines after the rows read so far, and return the new size of the file in bytes."""
    descriptor = os.open(rows_path(export), os.O_RDWR | os.O_CREAT, OWNER_ONLY_MODE)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(export.bytes_read)
        file.seek(export.bytes_read)
        file.write(lines)
        return file.tell()


def encode_rows(rows: list[list[Cell]]) -> bytes:
    """Return rows as lines of JSON, the format of `read_rows`."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def read_rows(export: Export) -> tuple[list[Cell], Iterator[list[Cell]]]:
    """Return the headings and an iterator over the rows that were read for an export."""
    lines = _decode_rows(export)
    return next(lines), lines


def _decode_rows(export: Export) -> Iterator[list[Cell]]:
    with rows_path(export).open("rb") as file:
        for line in file:
            yield orjson.loads(line)


@contextmanager
def scratch_folder(export: Export) -> Iterator[Path]:
    """Create a temporary folder for writing a workbook, and delete it afterwards.

    Folders of earlier workers of the same export, which died or lost their claim, are deleted.
    """
    _remove_scratch_folders(export)
    path = folder() / f"{export.pk.hex}.scratch-{uuid4().hex}"
    path.mkdir(mode=0o700)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove_scratch_folders(export: Export) -> None:
    for path in folder().glob(f"{export.pk.hex}.scratch-*"):
        shutil.rmtree(path, ignore_errors=True)


def remove(export: Export) -> None:
    """Delete all files of an export."""
    _remove_scratch_folders(export)
    for path in {result_path(export), rows_path(export)}:
        path.unlink(missing_ok=True)


def remove_orphans(at: datetime) -> int:
    """Delete files that have not been modified for `ORPHAN_AGE`, and return how many."""
    before = (at - ORPHAN_AGE).timestamp()
    orphans = [path for path in folder().iterdir() if path.stat().st_mtime < before]
    for path in orphans:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(orphans)
