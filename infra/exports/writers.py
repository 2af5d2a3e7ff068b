"""Writers of export files: CSV as lines of text, and Excel workbooks."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from infra.exports.columns import Cell, csv_text
from infra.formula_guard import is_formula

# Excel reads a file as UTF-8 only with this mark; other programs ignore it.
UTF8_MARK = "\ufeff".encode()
LINES_BATCH_SIZE = 500
# Excel's limit.
MAX_SHEET_ROWS = 1_048_576
# Characters that XML cannot contain, and "_" where a reader would take it for the start of an
# escape. Written as _xHHHH_ (ISO 29500-1, 22.9.2.19).
_CONTROLS = r"[\x00-\x08\x0b-\x1f\ufffe\uffff]"
_ESCAPED = re.compile(rf"{_CONTROLS}|_(?=x[0-9A-Fa-f]{{4}}(?:_|{_CONTROLS}))")


class PlainWorksheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A worksheet whose texts are read back as they were written.

    xlsxwriter would copy a text `<r>…</r>` to the file as markup, and would not escape the second
    of two adjacent escapes.
    """

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, preserve=None, attributes=attributes)

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        if not isinstance(data, str):
            return data
        return _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", data)


def csv_lines(rows: Iterable[list[Cell]]) -> bytes:
    """Return rows as lines of CSV in UTF-8."""
    text = StringIO(newline="")
    csv.writer(text).writerows([csv_text(value) for value in row] for row in rows)
    return text.getvalue().encode()


def csv_file(headings: list[Cell], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in batches of lines, so that only one batch is in memory."""
    yield UTF8_MARK + csv_lines([headings])
    batch: list[list[Cell]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == LINES_BATCH_SIZE:
            yield csv_lines(batch)
            batch = []
    if batch:
        yield csv_lines(batch)


def write_workbook(
    file: IO[bytes] | Path,
    headings: list[Cell],
    rows: Iterable[list[Cell]],
    *,
    scratch: Path,
    max_sheet_rows: int = MAX_SHEET_ROWS,
) -> None:
    """Write a workbook, on as many sheets as necessary, with only one row in memory.

    The sheets are temporary files in the folder `scratch`, which are left there after an error.

    Raises
    ------
    OSError : there is no space for the files.
    """
    target = str(file) if isinstance(file, Path) else file
    workbook = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(scratch)})
    try:
        _fill(workbook, headings, rows, max_sheet_rows)
        workbook.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error
    finally:
        for sheet in workbook.worksheets():  # after an error, these files would stay open
            sheet.row_data_fh.close()


def _fill(
    workbook: xlsxwriter.Workbook,
    headings: list[Cell],
    rows: Iterable[list[Cell]],
    max_sheet_rows: int,
) -> None:
    # Excel shows such a text without an apostrophe and does not calculate it after an edit.
    guard = workbook.add_format({"quote_prefix": True})
    sheet, row_number = workbook.add_worksheet(worksheet_class=PlainWorksheet), 0
    _write(sheet, row_number, headings, guard)
    for row in rows:
        row_number += 1
        if row_number == max_sheet_rows:
            sheet, row_number = workbook.add_worksheet(worksheet_class=PlainWorksheet), 1
            _write(sheet, 0, headings, guard)
        _write(sheet, row_number, row, guard)


def _write(sheet: Worksheet, row_number: int, cells: list[Cell], guard: Format) -> None:
    """Write one row; texts are always written as texts, never as numbers, links or formulas."""
    for column, value in enumerate(cells):
        if isinstance(value, bool):
            sheet.write_boolean(row_number, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row_number, column, value)
        elif value:
            sheet.write_string(row_number, column, value, guard if is_formula(value) else None)
