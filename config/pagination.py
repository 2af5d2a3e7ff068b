"""Lists: a plain array walked by keyset, or numbered pages (contract 0.14)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from config.json_rim import format_time

if TYPE_CHECKING:
    from rest_framework.views import APIView

MAX_ROWS = 1000
MAX_INTEGER = 10**100
_INTEGER = re.compile(r"-?[0-9]{1,100}")
_AFTER = "after"


class ArrayOrPages(BasePagination):
    """An array of at most 1,000 rows and a `Link` to the next, or pages of `page_size` rows.

    The queryset's own order is the keyset; all its columns run the same way and the last is
    unique.
    """

    page_size: int | None = None
    next_link: str | None = None
    pages: Paginator[Any]
    number = 1

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: QuerySet[Any, Any],
        request: Request,
        view: APIView | None = None,  # noqa: ARG002
    ) -> list[Any]:
        """Return the rows the request asks for."""
        number = _integer(request, "page", low=-MAX_INTEGER, high=MAX_INTEGER)
        self.page_size = _integer(request, "page_size", low=1, high=MAX_ROWS)
        if self.page_size is None:
            return self._array(queryset, request)
        self.pages = Paginator(queryset, self.page_size)
        self.number = 1 if number is None else number
        try:
            return list(self.pages.page(self.number).object_list)
        except InvalidPage:
            raise NotFound("There is no such page.") from None

    def _array(self, queryset: QuerySet[Any, Any], request: Request) -> list[Any]:
        order = [str(column) for column in queryset.query.order_by]
        if token := request.query_params.get(_AFTER):
            queryset = queryset.filter(_beyond(order, _read_token(token, len(order))))
        rows = list(queryset[: MAX_ROWS + 1])
        if len(rows) > MAX_ROWS:
            rows.pop()
            url = request.build_absolute_uri()
            self.next_link = replace_query_param(url, _AFTER, _token(order, rows[-1]))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Wrap the rendered rows."""
        if self.page_size is None:
            link = f'<{self.next_link}>; rel="next"'
            return Response(data, headers={"Link": link} if self.next_link else None)
        return Response(
            {
                "page": self.number,
                "count": self.pages.count,
                "total_pages": self.pages.num_pages,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe both shapes."""
        integer = {"type": "integer"}
        pages = {
            "type": "object",
            "required": ["page", "count", "total_pages", "results"],
            "properties": {
                "page": integer,
                "count": integer,
                "total_pages": integer,
                "results": schema,
            },
        }
        return {"oneOf": [schema, pages]}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """Describe the query parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}
        return [
            _parameter("page_size", size, "Rows a page; without it, a plain array."),
            _parameter("page", {"type": "integer", "minimum": 1}, "Page number, from 1."),
            _parameter(_AFTER, {"type": "string"}, "Where an array goes on; from the Link header."),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "schema": schema, "description": description
    }  # fmt: skip


def _integer(request: Request, name: str, *, low: int, high: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise ValidationError({name: ["A whole number is required."]})
    number = int(text)
    if not low <= number <= high:
        raise ValidationError({name: [f"Must lie between {low} and {high}."]})
    return number


def _beyond(order: list[str], values: list[datetime | UUID]) -> Q:
    """Rows after the given one; spelled so that the first column alone bounds an index scan."""
    step = "lt" if order[0].startswith("-") else "gt"
    names = [column.lstrip("-") for column in order]
    beyond = Q(**{f"{names[-1]}__{step}": values[-1]})
    for name, value in zip(reversed(names[:-1]), reversed(values[:-1]), strict=True):
        beyond = Q(**{f"{name}__{step}e": value}) & (Q(**{f"{name}__{step}": value}) | beyond)
    return beyond


def _token(order: list[str], row: dict[str, Any]) -> str:
    values = [row[column.lstrip("-")] for column in order]
    spelled = [format_time(value) if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(spelled)).decode().rstrip("=")


def _read_moment(text: str) -> datetime:
    """Read a moment as `format_time` writes it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _read_key(text: str) -> UUID:
    """Read a key as it is written into a token: dashed."""
    key = UUID(text)
    if str(key) != text:
        raise ValueError(text)
    return key


def _read_token(token: str, length: int) -> list[datetime | UUID]:
    """Read where to go on: a position only, so it grants nothing and needs no signature."""
    try:
        *moments, key = orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        values: list[datetime | UUID] = [_read_moment(moment) for moment in moments]
        values.append(_read_key(key))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        values = []
    if len(values) != length:
        raise ValidationError({_AFTER: ["This is not a place in the list."]})
    return values
