"""Places in an ordered list, and the rows before and after them.

The list's order is the keyset: all its columns run the same way and the last is unique. A place
is told to clients as a token; it grants nothing, since whoever comes back with it is asked again
what they may see, and so it needs no signature.
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
    """This is not a place in the list."""

    field = "after"


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Just after a row, or just before it."""

    values: tuple[Value, ...]
    backwards: bool = False

    @classmethod
    def after_row(
        cls, row: Mapping[str, Any] | Model, order: list[str], *, backwards: bool = False
    ) -> Cursor:
        """Return the place after a row, be it an instance or of `values()`, or before it."""
        columns = [column.lstrip("-") for column in order]
        values = (getattr(row, name) if isinstance(row, Model) else row[name] for name in columns)
        return cls(values=tuple(values), backwards=backwards)

    @property
    def key(self) -> UUID:
        """The row's own, which tells it from those of the same moment."""
        return cast("UUID", self.values[-1])

    @property
    def token(self) -> str:
        """The place as clients carry it."""
        spelled = [
            format_time(value) if isinstance(value, datetime) else str(value)
            for value in self.values
        ]
        told = orjson.dumps([int(self.backwards), *spelled])
        return base64.urlsafe_b64encode(told).decode().rstrip("=")

    @classmethod
    def parse(cls, token: str, order: list[str]) -> Cursor:
        """Read a token.

        Raises
        ------
        BadCursor : it is none, or of another list.
        """
        try:
            padded = token + "=" * (-len(token) % 4)
            direction, *moments, key = orjson.loads(base64.urlsafe_b64decode(padded))
            place = cls(
                values=(*(_moment(moment) for moment in moments), _key(key)),
                backwards=bool((0, 1).index(direction)),
            )
        except (binascii.Error, ValueError, TypeError, AttributeError):
            raise BadCursor from None
        if len(place.values) != len(order) or place.token != token:
            raise BadCursor
        return place


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _key(text: str) -> UUID:
    return UUID(text)


def order_of(rows: QuerySet[M, Any]) -> list[str]:
    """Return the columns a queryset is ordered by."""
    return [str(column) for column in rows.query.order_by]


def after_cursor(rows: QuerySet[M, Any], place: Cursor | None) -> QuerySet[M, Any]:
    """Return the rows from a place on, nearest first; all of them from no place."""
    if place is None:
        return rows
    order = order_of(rows)
    if place.backwards:
        order = [column[1:] if column.startswith("-") else f"-{column}" for column in order]
    return rows.filter(_beyond(order, place.values)).order_by(*order)


def _beyond(order: list[str], values: tuple[Value, ...]) -> Q:
    """Rows after the given one; spelled so that the first column alone bounds an index scan."""
    step = "lt" if order[0].startswith("-") else "gt"
    names = [column.lstrip("-") for column in order]
    beyond = Q(**{f"{names[-1]}__{step}": values[-1]})
    for name, value in zip(reversed(names[:-1]), reversed(values[:-1]), strict=True):
        beyond = Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | beyond)
    return beyond
