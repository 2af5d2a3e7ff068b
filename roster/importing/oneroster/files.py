"""CSV files of an export, from a folder or a zip, parsed into rows with line numbers.

A zip is never unpacked to disk: its known files are read into memory, up to a size limit.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from infra.formula_guard import remove_guards
from infra.identifiers import normalize_id
from infra.text_lines import undecodable_line
from roster.importing.oneroster.issues import BadExport, Report

MAX_BYTES = 256 * 2**20
# Compression ratio: rosters reach 5 to 50, a zip bomb of zeros more than 1,000.
MAX_RATIO = 200
MIN_LIMIT = 2**20
MAX_CELL = 128 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Required and optional columns of a file; all others are ignored."""

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
    """One record, with the file and line where it starts; without cells if it is malformed."""

    where: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a trimmed field; empty if the file has no such column."""
        return self.cells.get(column, "")


def read_files(path: Path) -> dict[str, bytes]:
    """Return the content of the known files of an export, by name.

    Raises
    ------
    BadExport : the folder or zip cannot be read, or is too large.
    """
    try:
        return _read_folder(path) if path.is_dir() else _read_zip(path)
    except OSError as error:
        raise BadExport(f"{path}: {error.strerror or error}") from None
    # Errors of zipfile and zlib for broken or encrypted files and unknown compression methods.
    except (
        zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, UnicodeDecodeError
    ) as error:  # fmt: skip
        raise BadExport(f"{path}: this is not a readable zip file: {error}") from None


def _read_folder(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in sorted(path.iterdir()):
        if (name := _known_name(entry.name, files)) and entry.is_file():
            if entry.stat().st_size > MAX_BYTES:
                raise BadExport(f"{name}: larger than {MAX_BYTES:,} bytes.")
            files[name] = entry.read_bytes()
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            inside = PurePosixPath(entry.filename)
            if "__MACOSX" in inside.parts or not (name := _known_name(inside.name, files)):
                continue
            if entry.file_size > max(MIN_LIMIT, min(MAX_BYTES, MAX_RATIO * entry.compress_size)):
                raise BadExport(
                    f"{name}: unpacks to {entry.file_size:,} bytes, which is too large for a"
                    " roster."
                )
            # Reads no more than the size in the header, even if the data goes on.
            files[name] = archive.read(entry)
    return files


def _known_name(name: str, files: dict[str, bytes]) -> str | None:
    folded = name.casefold()
    if folded in files:
        raise BadExport(f"{folded}: there are two files with this name.")
    return folded if folded in COLUMNS else None


def parse(name: str, raw: bytes, report: Report) -> list[Row]:
    """Return the records of one file; skip lines that are not valid."""
    text = _decode(name, raw, report)
    if text is None:
        return []
    csv.field_size_limit(MAX_CELL)  # the limit is of the process, and an import may have raised it
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _parse_header(name, next(reader, []), report)
        return list(_parse_rows(name, reader, header, report)) if header else []
    except csv.Error as error:
        report.problem(f"{name}:{reader.line_num}", f"this is not CSV: {error}.")
        return []


def _decode(name: str, raw: bytes, report: Report) -> str | None:
    try:
        return normalize_id(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        line = undecodable_line(io.BytesIO(raw))
        report.problem(f"{name}:{line}", "this is not UTF-8.")
        return None


def _parse_header(name: str, cells: list[str], report: Report) -> list[str]:
    """Return the normalised column names; empty if the header is not valid."""
    columns = COLUMNS[name]
    spelled = {column.casefold(): column for column in (*columns.required, *columns.optional)}
    found = [cell.strip() for cell in cells]
    header = [spelled.get(cell.casefold(), cell) for cell in found]
    repeated = {column for column in header if column and header.count(column) > 1}
    missing = [column for column in columns.required if column not in header]
    for column in sorted(repeated):
        report.problem(f"{name}:1", f"the column {column} appears more than once.")
    if missing:
        report.problem(f"{name}:1", f"a column is missing: {', '.join(missing)}.")
    return [] if repeated or missing else header


def _parse_rows(
    name: str, reader: Iterator[list[str]], header: list[str], report: Report
) -> Iterator[Row]:
    read = set(COLUMNS[name].required + COLUMNS[name].optional)
    line = _line_number(reader)
    for cells in reader:
        where, line = f"{name}:{line + 1}", _line_number(reader)
        if not any(cells):
            continue
        problem = _find_problem(cells, header)
        if problem is not None:
            report.skip(where, problem)
            yield Row(where, {})
            continue
        pairs = zip(header, cells, strict=True)
        yield Row(
            where, {column: _read_cell(column, cell) for column, cell in pairs if column in read}
        )


def _read_cell(column: str, cell: str) -> str:
    """Return a trimmed field without the apostrophes with which exports guard formulas."""
    return cell.strip() if column == "password" else remove_guards(cell).strip()


def _find_problem(cells: list[str], header: list[str]) -> str | None:
    if len(cells) != len(header):
        return f"{len(cells)} fields, but the header names {len(header)}."
    return "there is a NUL character." if any("\0" in cell for cell in cells) else None


def _line_number(reader: Iterator[list[str]]) -> int:
    line: int = reader.line_num  # type: ignore[attr-defined]  # csv's own type has no public name
    return line
