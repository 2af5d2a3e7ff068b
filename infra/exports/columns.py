"""What the columns of an export hold, and how a value is spelled.

Values are those of the API: ids as 32 hex digits, times in UTC, seconds, shares from 0 to 1. The
headings are the same in every language, so that a program finds its column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from infra.datetime_format import format_time

Cell = str | int | float | bool | None
Values = Mapping[str, Any]

# What spreadsheets take for a formula, also in the wide forms of East Asian keyboards.
_FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
FORMULA_GUARD = "'"
# No cell of a spreadsheet holds more.
MAX_CELL_LENGTH = 32_767


@dataclass(frozen=True)
class Column:
    """One column: its heading, and where in a row its value is, as `values()` takes it."""

    heading: str
    path: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The values of a row it is made of."""
        return (self.path,)

    def values(self, rows: Sequence[Values]) -> list[Any]:
        """Return what it tells of each row."""
        return [row[self.path] for row in rows]


@dataclass(frozen=True)
class LookupColumn:
    """A column that is looked up by values of a row, for many rows at once."""

    heading: str
    paths: tuple[str, ...]
    look_up: Callable[[Collection[Any]], Mapping[Any, Any]]

    def values(self, rows: Sequence[Values]) -> list[Any]:
        """Return what it tells of each row; None where nothing is known."""
        keys = [tuple(row[path] for path in self.paths) for row in rows]
        found = self.look_up(set(keys))
        return [found.get(key) for key in keys]


def cell(value: Any) -> Cell:
    """Return a value as a cell holds it: numbers stay numbers, a text is never a formula."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return format_time(value)
    return _guard_formula(value if isinstance(value, str) else orjson.dumps(value).decode())


def _guard_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate."""
    guarded = FORMULA_GUARD + text if _FORMULA.match(text) else text
    return guarded[:MAX_CELL_LENGTH]


def csv_text(value: Cell) -> str:
    """Return a cell as CSV spells it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
