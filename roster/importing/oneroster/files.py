"""The CSV files of an export, from a folder or a zip, as rows that know their line.

A zip is never unpacked: its files are read by name, into memory, and only so far.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from roster.importing.oneroster.issues import BadExport, Report

MAX_BYTES = 256 * 2**20
# Rosters deflate some 5 to 50 times; a bomb of zeros more than 1,000 times.
MAX_RATIO = 200
SMALL = 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """The columns of a file that are read: those it must have, and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


COLUMNS = {
    "manifest.csv": Columns(required=("propertyName", "value")),
    "orgs.csv": Columns(
        required=("sourcedId", "name", "type"), optional=("status", "parentSourcedId")
    ),
    "users.csv": Columns(
        required=("sourcedId", "enabledUser", "username", "givenName", "familyName"),
        optional=(
            "status", "password", "preferredGivenName", "preferredFamilyName",
            "primaryOrgSourcedId", "orgSourcedIds", "role",
        ),
    ),
    "roles.csv": Columns(
        required=("sourcedId", "userSourcedId", "role", "orgSourcedId"),
        optional=("status", "roleType", "beginDate", "endDate"),
    ),
    "classes.csv": Columns(
        required=("sourcedId", "title", "schoolSourcedId"), optional=("status", "classCode")
    ),
    "enrollments.csv": Columns(
        required=("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
        optional=("status", "beginDate", "endDate"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One record, and the file and line it begins on."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a field, trimmed; empty where the file has no such column."""
        return self.cells.get(column, "")


def read_files(path: Path) -> dict[str, bytes]:
    """Return the files of an export that are read, by name.

    Raises
    ------
    BadExport : the folder or zip cannot be read, or is larger than any roster.
    """
    try:
        return _of_folder(path) if path.is_dir() else _of_zip(path)
    except OSError as error:
        raise BadExport(f"{path}: {error.strerror or error}") from None
    # Whatever zipfile and zlib make of a file that is broken, encrypted or of a strange method.
    except (
        zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, UnicodeDecodeError
    ) as error:  # fmt: skip
        raise BadExport(f"{path}: this is no zip that can be read: {error}") from None


def _of_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in sorted(path.iterdir()):
        if (name := _read_name(entry.name, files)) and entry.is_file():
            if entry.stat().st_size > MAX_BYTES:
                raise BadExport(f"{name}: larger than {MAX_BYTES:,} bytes.")
            files[name] = entry.read_bytes()
    return files


def _of_zip(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            inside = PurePosixPath(entry.filename)
            if "__MACOSX" in inside.parts or not (name := _read_name(inside.name, files)):
                continue
            if entry.file_size > max(SMALL, min(MAX_BYTES, MAX_RATIO * entry.compress_size)):
                raise BadExport(f"{name}: unpacks to {entry.file_size:,} bytes; that is no roster.")
            # Stops where the size said above does, whatever the data goes on to be.
            files[name] = archive.read(entry)
    return files


def _read_name(name: str, files: dict[str, bytes]) -> str | None:
    folded = name.casefold()
    if folded in files:
        raise BadExport(f"{folded}: there are two files of this name.")
    return folded if folded in COLUMNS else None


def parse(name: str, raw: bytes, report: Report) -> list[Row]:
    """Return the records of one file; what cannot be one is reported."""
    text = _decoded(name, raw, report)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(name, next(reader, []), report)
        return list(_rows(name, reader, header, report)) if header else []
    except csv.Error as error:
        report.problem(f"{name}:{reader.line_num}", f"this is not CSV: {error}.")
        return []


def _decoded(name: str, raw: bytes, report: Report) -> str | None:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        report.problem(f"{name}:{line}", "this is not UTF-8.")
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        report.problem(f"{name}:{line}", "there is a NUL character.")
        return None
    return text


def _header(name: str, cells: list[str], report: Report) -> list[str]:
    """Return the names of a file's columns as they are read; none where it cannot be."""
    columns = COLUMNS[name]
    spelled = {column.casefold(): column for column in (*columns.required, *columns.optional)}
    found = [cell.strip() for cell in cells]
    header = [spelled.get(cell.casefold(), cell) for cell in found]
    repeated = {column for column in header if column and header.count(column) > 1}
    missing = [column for column in columns.required if column not in header]
    for column in sorted(repeated):
        report.problem(f"{name}:1", f"there are two columns {column}.")
    if missing:
        report.problem(f"{name}:1", f"a column is missing: {', '.join(missing)}.")
    return [] if repeated or missing else header


def _rows(
    name: str, reader: Iterator[list[str]], header: list[str], report: Report
) -> Iterator[Row]:
    read = set(COLUMNS[name].required + COLUMNS[name].optional)
    line = _line_of(reader)
    for cells in reader:
        where, line = f"{name}:{line + 1}", _line_of(reader)
        if not any(cells):
            continue
        if len(cells) != len(header):
            report.problem(where, f"{len(cells)} fields, but the header names {len(header)}.")
            continue
        pairs = zip(header, cells, strict=True)
        yield Row(where, {column: cell.strip() for column, cell in pairs if column in read})


def _line_of(reader: Iterator[list[str]]) -> int:
    line: int = reader.line_num  # type: ignore[attr-defined]  # csv's own type has no public name
    return line
