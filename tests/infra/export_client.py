"""Helpers that request exports in the admin and read the files as a spreadsheet does."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.test import Client as Browser
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from roster.models import User


def exportable_lists() -> dict[str, type[Model]]:
    """Return the models of the lists that can be exported, by the addresses of the lists."""
    return {
        model._meta.label_lower.replace(".", "/"): model
        for model, source in admin.site._registry.items()
        if getattr(source, "export_columns", ())
    }


def browser(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user, backend="roster.authentication.RosterBackend")
    return browser


def export(user: User, table: str, kind: str = "csv", query: str = "") -> Any:
    return browser(user).post(f"/admin/{table}/export/?{query}", {"format": kind})


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[dict[str, Any]]:
    """Read the rows of all sheets, with numbers and booleans as typed in the file."""
    rows: list[dict[str, Any]] = []
    for sheet in load_workbook(BytesIO(content)):
        headings, *lines = (list(map(_value, line)) for line in sheet.iter_rows())
        rows += [
            {heading: cell for heading, cell in zip(headings, line, strict=True) if cell != ""}
            for line in lines
        ]
    return rows


def _value(cell: Any) -> Any:
    """Return the value of a cell, which must be a single text, boolean or number, and no link."""
    assert cell.data_type in {"s", "b", "n"}
    assert cell.hyperlink is None
    if cell.value is None:
        return ""
    if cell.data_type == "s":
        return unescape(cell.value)
    return cell.value if cell.data_type == "b" else float(cell.value)
