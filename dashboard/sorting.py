"""Order of short tables by the column that a reader chose: `?sort=name`, or `-name` descending."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Sorting(Generic[R]):
    """The columns of a table by which its rows can be sorted, and the chosen one.

    Attributes
    ----------
    keys : what gives the sort key of a row, by column; rows without one (None) come last.
    column : the chosen column; empty: the rows stay in the order of the page.
    """

    keys: Mapping[str, Callable[[R], Any]]
    column: str = ""
    descending: bool = False

    @classmethod
    def parse(
        cls, params: Mapping[str, str], keys: Mapping[str, Callable[[R], Any]], default: str = ""
    ) -> Sorting[R]:
        """Parse the query parameters of a page; an unknown column is the default."""
        chosen = params.get("sort", "")
        if chosen.removeprefix("-") not in keys:
            chosen = default
        return cls(keys=keys, column=chosen.removeprefix("-"), descending=chosen.startswith("-"))

    def apply(self, rows: Iterable[R]) -> list[R]:
        """Return the rows in the chosen order; equal ones stay in theirs."""
        if not self.column:
            return list(rows)
        keyed = [(self.keys[self.column](row), row) for row in rows]
        known = [(key, row) for key, row in keyed if key is not None]
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _key, row in known] + [row for key, row in keyed if key is None]
