"""Cells as bytes: CSV line by line, and workbooks."""

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

# Excel takes a file for UTF-8 only if it says so; others pass over it.
UTF8_MARK = "\ufeff".encode()
LINES_BATCH_SIZE = 500
# No sheet of a workbook holds more.
MAX_SHEET_ROWS = 1_048_576


def csv_lines(rows: Iterable[list[Cell]]) -> bytes:
    """Return rows as lines of CSV, in UTF-8."""
    text = StringIO(newline="")
    csv.writer(text).writerows([csv_text(value) for value in row] for row in rows)
    return text.getvalue().encode()


def csv_file(headings: list[Cell], rows: Iterable[list[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file, many lines at a time; never more of it is held."""
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
    """Write a workbook, on as many sheets as it takes; no more than a row of it is held.

    Its sheets are files in the folder `scratch`, which stay there if it fails.

    Raises
    ------
    OSError : there is no room for it.
    """
    target = str(file) if isinstance(file, Path) else file
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": str(scratch)})
    try:
        _fill(book, headings, rows, max_sheet_rows)
        book.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error
    finally:
        for sheet in book.worksheets():  # one that is given up would keep them open
            sheet.row_data_fh.close()


def _fill(
    book: xlsxwriter.Workbook, headings: list[Cell], rows: Iterable[list[Cell]], most: int
) -> None:
    sheet, line = book.add_worksheet(), 0
    _write(sheet, line, headings)
    for row in rows:
        line += 1
        if line == most:
            sheet, line = book.add_worksheet(), 1
            _write(sheet, 0, headings)
        _write(sheet, line, row)


def _write(sheet: Worksheet, line: int, cells: list[Cell]) -> None:
    """Write one row; of texts none is taken for anything else."""
    for column, value in enumerate(cells):
        if isinstance(value, bool):
            sheet.write_boolean(line, column, value)
        elif isinstance(value, int | float):
            sheet.write_number(line, column, value)
        elif value:
            sheet.write_string(line, column, value)
