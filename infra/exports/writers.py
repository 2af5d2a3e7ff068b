"""Writers of export files: CSV as lines of text, and Excel workbooks."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import IO

import xlsxwriter
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.worksheet import Worksheet

from infra.exports.columns import Cell, csv_text

# Excel reads a file as UTF-8 only with this mark; other programs ignore it.
UTF8_MARK = "\ufeff".encode()
LINES_BATCH_SIZE = 500
# Excel's limit.
MAX_SHEET_ROWS = 1_048_576


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
    sheet, row_number = workbook.add_worksheet(), 0
    _write(sheet, row_number, headings)
    for row in rows:
        row_number += 1
        if row_number == max_sheet_rows:
            sheet, row_number = workbook.add_worksheet(), 1
            _write(sheet, 0, headings)
        _write(sheet, row_number, row)


def _write(sheet: Worksheet, row_number: int, cells: list[Cell]) -> None:
    """Write one row; texts are always written as texts, never as numbers, links or formulas."""
    for column, value in enumerate(cells):
        if isinstance(value, bool):
            sheet.write_boolean(row_number, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(row_number, column, value)
        elif value:
            sheet.write_string(row_number, column, value)
