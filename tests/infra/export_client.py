"""Helpers that request exports in the admin and read the files as a spreadsheet does."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from django.contrib import admin
from django.db.models import Model
from django.test import Client as Browser

from roster.models import User

# Escapes of characters that XML cannot contain, as spreadsheets write them.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


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
    with ZipFile(BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        for name in names:
            lines = [
                _cells(line)
                for line in ElementTree.fromstring(book.read(name)).iter(f"{_SHEET}row")
            ]
            headings = lines[0]
            rows += [{headings[place]: cell for place, cell in line.items()} for line in lines[1:]]
    return rows


def _cells(line: Any) -> dict[str, Any]:
    return {cell.get("r").rstrip("0123456789"): _value(cell) for cell in line}


def _value(cell: Any) -> Any:
    """Return the value of a cell, which must be a single text, boolean or number."""
    kind = cell.get("t")
    [content] = cell
    assert content.tag.removeprefix(_SHEET) == ("is" if kind == "inlineStr" else "v")
    if kind == "inlineStr":
        text = "".join(text.text or "" for text in cell.iter(f"{_SHEET}t"))
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    number = float(cell.find(f"{_SHEET}v").text)
    return bool(number) if kind == "b" else number
