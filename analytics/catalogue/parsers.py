"""Readers of catalogue files, line by line, for files of any length."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analytics.catalogue.validation import BadCatalogue, ContentRow, parse_row
from analytics.models.contents import MAX_TITLE_LENGTH, ContentKind
from infra.formula_guard import remove_guards
from infra.text_lines import undecodable_line

_SQLITE = b"SQLite format 3\0"
_REQUIRED = ("id", "title")
# The columns of the export of contents that have other headings.
_EXPORTED = {"content id": "id", "part of": "parent"}
MAX_CELL = 4 * 1024 * 1024
# A content may occur at several places of a channel; the first one is used. Its questions are in
# another table; its parent is that of the place.
_NODES = """
    SELECT min(node.rowid) AS line, node.content_id AS id, node.title AS title, node.kind AS kind,
        parent.content_id AS parent, assessment.assessment_item_ids AS items
    FROM content_contentnode AS node
    LEFT JOIN content_contentnode AS parent ON parent.id = node.parent_id
    LEFT JOIN content_assessmentmetadata AS assessment ON assessment.contentnode_id = node.id
    GROUP BY node.content_id
    ORDER BY line
"""


def read_catalogue(path: Path) -> Iterator[ContentRow]:
    """Read a CSV table (id, title, kind, parent, items) or a Kolibri channel's database.

    The table may also be an export of the list of contents.

    Raises
    ------
    BadCatalogue : the file is neither, or a line of it is invalid.
    OSError : the file cannot be read.
    """
    with path.open("rb") as file:
        is_channel = file.read(len(_SQLITE)) == _SQLITE
    return _read_channel(path) if is_channel else _read_table(path)


def _read_table(path: Path) -> Iterator[ContentRow]:
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        try:
            rows.fieldnames = [_EXPORTED.get(name, name) for name in rows.fieldnames or ()]
            _check_header(rows.fieldnames)
            for row in rows:
                yield _parse_line(rows.line_num, row)
        except UnicodeDecodeError:
            # The file is decoded in blocks, ahead of the lines.
            with path.open("rb") as raw:
                line = undecodable_line(raw)
            raise BadCatalogue("This is not UTF-8.", line=line) from None
        except csv.Error as error:
            raise BadCatalogue(f"{error}.", line=rows.line_num + 1) from None


def _check_header(columns: Any) -> None:
    if missing := [name for name in _REQUIRED if name not in columns]:
        raise BadCatalogue(
            f"The first line does not name the column {' and '.join(missing)}.", line=1
        )


def _parse_line(number: int, row: dict[Any, Any]) -> ContentRow:
    # The reader stores surplus cells of a line under the key None.
    if None in row:
        raise BadCatalogue("There are more cells than columns.", line=number)
    return parse_row(number, {name: remove_guards(cell or "") for name, cell in row.items()})


def _read_channel(path: Path) -> Iterator[ContentRow]:
    try:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as channel:
            channel.row_factory = sqlite3.Row
            for row in channel.execute(_NODES):
                yield parse_row(row["line"], _row_from_node(dict(row)))
    except sqlite3.Error as error:
        raise BadCatalogue(f"This is not a Kolibri channel: {error}.") from None


def _row_from_node(row: dict[str, Any]) -> dict[str, Any]:
    """Return a node as a row: unknown kinds become empty, long titles are cut.

    Newer Kolibri versions have further kinds. A repeated item is kept once, since completing it
    once is enough.
    """
    kind = row["kind"] if row["kind"] in ContentKind.values else ""
    title = str(row["title"] or "").strip()[:MAX_TITLE_LENGTH] or "—"
    # The root of a channel may have itself as its parent.
    parent = row["parent"] if row["parent"] != row["id"] else None
    return {
        **row,
        "kind": kind,
        "title": title,
        "parent": parent,
        "items": _without_repeats(row["items"]),
    }


def _without_repeats(items: str | None) -> str | None:
    try:
        return json.dumps(list(dict.fromkeys(json.loads(items)))) if items else None
    except (TypeError, ValueError):
        return items  # Validation reports it.
