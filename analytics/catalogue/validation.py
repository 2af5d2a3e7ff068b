"""Validation of one content of a catalogue file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from analytics.models.contents import MAX_TITLE_LENGTH, ContentKind, validate_items
from infra.identifiers import normalize_id, parse_uuid

SEPARATOR = ";"


class BadCatalogue(ValueError):
    """The file is not a catalogue of contents."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")


@dataclass(frozen=True, kw_only=True)
class ContentRow:
    """One content of a file, and the number of its line."""

    line: int
    id: UUID
    title: str
    kind: str = ""
    parent: UUID | None = None
    items: list[str] = field(default_factory=list)


def parse_row(line: int, row: dict[str, str | None]) -> ContentRow:
    """Validate a line and return its content; cells are strings, empty or missing if unknown.

    Raises
    ------
    BadCatalogue : a value is invalid; the message names the line.
    """
    try:
        key = _parse_id("id", row["id"] or "")
        return ContentRow(
            line=line,
            id=key,
            title=_parse_title(row["title"] or ""),
            kind=_parse_kind(row.get("kind") or ""),
            parent=_parse_parent(row.get("parent") or "", key),
            items=_parse_items(row.get("items") or ""),
        )
    except ValueError as error:
        raise BadCatalogue(str(error), line=line) from None


def _parse_id(column: str, text: str) -> UUID:
    key = parse_uuid(text.strip())
    if key is None:
        raise ValueError(f"{column} “{text[:50]}” is not a UUID.")
    return key


def _parse_parent(text: str, content: UUID) -> UUID | None:
    parent = _parse_id("parent", text) if text else None
    if parent == content:
        raise ValueError("the content is its own parent.")
    return parent


def _parse_title(text: str) -> str:
    title = text.strip()
    if not title:
        raise ValueError("title is empty.")
    if len(title) > MAX_TITLE_LENGTH:
        raise ValueError(f"title is longer than {MAX_TITLE_LENGTH} characters.")
    if "\0" in title:
        raise ValueError("title contains a NUL character.")
    return title


def _parse_kind(text: str) -> str:
    kind = text.strip().lower()
    if kind and kind not in ContentKind.values:
        raise ValueError(f"kind “{text[:50]}” is not one of {', '.join(ContentKind.values)}.")
    return kind


def _parse_items(text: str) -> list[str]:
    items: Any = _split_items(text.strip())
    try:
        validate_items(items)
    except ValidationError as error:
        raise ValueError(f"items: {error.message}") from None
    return [normalize_id(item) for item in items]


def _split_items(text: str) -> Any:
    if not text.startswith("["):
        return [item.strip() for item in text.split(SEPARATOR) if item.strip()]
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("items is not JSON.") from None
