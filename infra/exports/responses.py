"""HTTP responses with export files, which browsers save to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpResponseBase

from infra.exports import storage
from infra.exports.models import Export, ExportFormat
from infra.exports.query import ListQuery
from infra.exports.writers import write_workbook

_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def workbook_file(listing: ListQuery) -> Any:
    """Return a list as an Excel workbook in a temporary file, which is deleted when closed."""
    with tempfile.TemporaryDirectory(dir=storage.folder()) as scratch:
        file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115  # closed with the response
        try:
            write_workbook(file, listing.headings(), listing, scratch=Path(scratch))
        except OSError:
            file.close()
            raise
    file.seek(0)
    return file


def as_file(response: HttpResponseBase, export: Export) -> HttpResponseBase:
    """Set the headers that make a browser save the response as the file of an export."""
    response["Content-Type"] = _TYPES[ExportFormat(export.format)]
    response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    return response
