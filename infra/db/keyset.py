"""Keyset pagination: cursors in an ordered list, and the rows before and after them.

The keyset is the list's order: all its columns have the same direction, and the last is unique.
Clients receive a cursor as a token. A token needs no signature because it grants no access: each
request filters the list by what its caller may see.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import orjson
from django.db.models import Model, Q, QuerySet

from infra.datetime_format import format_time

M = TypeVar("M", bound=Model)
Value = datetime | UUID


class BadCursor(ValueError):
    """The cursor is not valid for this list."""

    field = "after"


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """A position just after a row, or just before it if `backwards`.

    `values` are the row's values in the columns of the order.
    """

    values: tuple[Value, ...]
    backwards: bool = False

    @classmethod
    def after_row(
        cls, row: Mapping[str, Any] | Model, order: list[str], *, backwards: bool = False
    ) -> Cursor:
        """Return the cursor after a row (or before it), which is an instance or of `values()`."""
        columns = [column.lstrip("-") for column in order]
        values = (getattr(row, name) if isinstance(row, Model) else row[name] for name in columns)
        return cls(values=tuple(values), backwards=backwards)

    @property
    def key(self) -> UUID:
        """The row's primary key, which distinguishes it from other rows with the same time."""
        return cast("UUID", self.values[-1])

    @property
    def token(self) -> str:
        """The cursor as URL-safe text for clients."""
        texts = [
            format_time(value) if isinstance(value, datetime) else str(value)
            for value in self.values
        ]
        data = orjson.dumps([int(self.backwards), *texts])
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str, order: list[str]) -> Cursor:
        """Return the cursor of a token.

        Raises
        ------
        BadCursor : the text is no token, or belongs to a list with another order.
        """
        try:
            padded = token + "=" * (-len(token) % 4)
            direction, *times, key = orjson.loads(base64.urlsafe_b64decode(padded))
            cursor = cls(
                values=(*(_parse_time(time) for time in times), _parse_key(key)),
                backwards=bool((0, 1).index(direction)),
            )
        except (binascii.Error, ValueError, TypeError, AttributeError):
            raise BadCursor from None
        if len(cursor.values) != len(order) or cursor.token != token:
            raise BadCursor
        return cursor


def _parse_time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _parse_key(text: str) -> UUID:
    return UUID(text)


def order_of(rows: QuerySet[M, Any]) -> list[str]:
    """Return the columns by which a queryset is ordered."""
    return [str(column) for column in rows.query.order_by]


def after_cursor(rows: QuerySet[M, Any], cursor: Cursor | None) -> QuerySet[M, Any]:
    """Return the rows after a cursor (before it if `backwards`), nearest first; all for None."""
    if cursor is None:
        return rows
    order = order_of(rows)
    if cursor.backwards:
        order = [column[1:] if column.startswith("-") else f"-{column}" for column in order]
    return rows.filter(_condition_after(order, cursor.values)).order_by(*order)


def _condition_after(order: list[str], values: tuple[Value, ...]) -> Q:
    """Return the condition for rows after these values in this order.

    It is written so that the first column alone limits an index scan.
    """
    operator = "lt" if order[0].startswith("-") else "gt"
    names = [column.lstrip("-") for column in order]
    condition = Q(**{f"{names[-1]}__{operator}": values[-1]})
    for name, value in zip(reversed(names[:-1]), reversed(values[:-1]), strict=True):
        condition = Q(**{f"{name}__{operator}e": value}) & (
            Q(**{f"{name}__{operator}": value}) | condition
        )
    return condition
