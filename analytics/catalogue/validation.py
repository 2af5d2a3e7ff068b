"""One content as a file lists it, checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from analytics.models.contents import MAX_TITLE_LENGTH, ContentKind, validate_items
from infra.identifiers import parse_uuid

SEPARATOR = ";"


class BadCatalogue(ValueError):
    """This file is no catalogue of contents."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")


@dataclass(frozen=True, kw_only=True)
class ContentRow:
    """One content of a file, and the line it stands in."""

    line: int
    id: UUID
    title: str
    kind: str = ""
    parent: UUID | None = None
    items: list[str] = field(default_factory=list)


def parse_row(line: int, row: dict[str, str | None]) -> ContentRow:
    """Check what a line says of a content; its cells are texts, empty or missing where unknown.

    Raises
    ------
    BadCatalogue : what is wrong, with the line.
    """
    try:
        return ContentRow(
            line=line,
            id=_id("id", row["id"] or ""),
            title=_title(row["title"] or ""),
            kind=_kind(row.get("kind") or ""),
            parent=_id("parent", row["parent"] or "") if row.get("parent") else None,
            items=_items(row.get("items") or ""),
        )
    except ValueError as error:
        raise BadCatalogue(str(error), line=line) from None


def _id(column: str, text: str) -> UUID:
    key = parse_uuid(text.strip())
    if key is None:
        raise ValueError(f"{column} “{text[:50]}” is not a UUID.")
    return key


def _title(text: str) -> str:
    title = text.strip()
    if not title:
        raise ValueError("title is empty.")
    if len(title) > MAX_TITLE_LENGTH:
        raise ValueError(f"title is longer than {MAX_TITLE_LENGTH} characters.")
    if "\0" in title:
        raise ValueError("title holds a NUL.")
    return title


def _kind(text: str) -> str:
    kind = text.strip().lower()
    if kind and kind not in ContentKind.values:
        raise ValueError(f"kind “{text[:50]}” is none of {', '.join(ContentKind.values)}.")
    return kind


def _items(text: str) -> list[str]:
    items: Any = _list(text.strip())
    try:
        validate_items(items)
    except ValidationError as error:
        raise ValueError(f"items: {error.message}") from None
    return list(items)


def _list(text: str) -> Any:
    if not text.startswith("["):
        return [item.strip() for item in text.split(SEPARATOR) if item.strip()]
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("items is not JSON.") from None
