"""Columns of an export, and the conversion of values to cells.

Values have the format of the API: ids as 32 hex digits, durations in seconds, shares from 0 to 1.
Times are those of the list's time zone, with their UTC offset. The headings are the same in every
language, so that programs find their columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from infra.datetime_format import format_local_time
from infra.formula_guard import guard_formulas

Cell = str | int | float | bool | None
Values = Mapping[str, Any]

# The limit of spreadsheets.
MAX_CELL_LENGTH = 32_767


@dataclass(frozen=True)
class Column:
    """A column with a heading and the path of its value in a row, as for `QuerySet.values()`."""

    heading: str
    path: str

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that the rows must include."""
        return (self.path,)

    def values(self, rows: Sequence[Values]) -> list[Any]:
        """Return the column's value of each row."""
        return [row[self.path] for row in rows]


@dataclass(frozen=True)
class LookupColumn:
    """A column whose values `look_up` finds for many rows at once.

    The keys are the tuples of each row's values at `paths`.
    """

    heading: str
    paths: tuple[str, ...]
    look_up: Callable[[Collection[Any]], Mapping[Any, Any]]

    def values(self, rows: Sequence[Values]) -> list[Any]:
        """Return the column's value of each row; None if the lookup finds none."""
        keys = [tuple(row[path] for path in self.paths) for row in rows]
        found = self.look_up(set(keys))
        return [found.get(key) for key in keys]


def cell(value: Any, zone: ZoneInfo) -> Cell:
    """Return a value as a cell: numbers stay numbers, everything else becomes a text.

    Parameters
    ----------
    zone : time zone of times.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return format_local_time(value, zone)
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text[:MAX_CELL_LENGTH]


def csv_text(value: Cell) -> str:
    """Return the text of a cell in CSV, guarded against formulas; empty for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guard_formulas(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
