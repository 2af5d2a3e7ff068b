"""Pagination of API lists: a plain array, numbered pages, or a cursor (contract 0.14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import InvalidPage, Paginator
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from infra.api.renderers import OrjsonRenderer
from infra.db.byte_limits import ByteLimitedRows
from infra.db.keyset import BadCursor, Cursor, after_cursor, order_of

if TYPE_CHECKING:
    from rest_framework.generics import GenericAPIView
    from rest_framework.views import APIView

MAX_ROWS = 1000
MAX_INTEGER = 10**100
_INTEGER = re.compile(r"-?[0-9]{1,100}")
PAGE_SIZE_DESCRIPTION = (
    "Rows per page. Without this parameter and without `cursor`, the response is an array. Arrays"
    " and cursor pages may have fewer rows if the rows are large; they link to the rest."
)
AFTER, CURSOR, PAGE, PAGE_SIZE = "after", "cursor", "page", "page_size"


class ListPagination(BasePagination):
    """Pagination in three styles, selected by the query parameters.

    - neither `page_size` nor `cursor`: an array of at most 1,000 rows, and a `Link` to the next;
    - `page_size` and `page`: that page, and the numbers of rows and pages;
    - `cursor` (empty to start) and `page_size`: one page after another; a row that does not change
      meanwhile appears exactly once, even if others are added or deleted.

    An array and a page after a cursor are shorter if their rows exceed the limit of bytes
    (`infra.db.byte_limits`); a numbered page is streamed instead.
    """

    link: str | None = None
    wrapped: dict[str, Any] | None = None
    rest: Iterator[list[Any]] | None = None

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: QuerySet[Any, Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        """Return the requested rows, up to the limit of bytes."""
        self.view = cast("GenericAPIView[Any]", view)
        number = _parse_integer(request, PAGE, low=-MAX_INTEGER, high=MAX_INTEGER)
        size = _parse_integer(request, PAGE_SIZE, low=1, high=MAX_ROWS)
        if CURSOR in request.query_params:
            return self._cursor(queryset, request, size or MAX_ROWS)
        if size is not None:
            return self._page(queryset, 1 if number is None else number, size)
        return self._array(queryset, request)

    def _array(self, queryset: QuerySet[Any, Any], request: Request) -> list[Any]:
        cursor = _parse_cursor(request, AFTER, queryset)
        limited = ByteLimitedRows(after_cursor(queryset, cursor), MAX_ROWS + 1)
        rows, has_more = limited.first_batch(MAX_ROWS)
        if has_more:
            next_cursor = Cursor.after_row(rows[-1], order_of(queryset))
            self.link = f'<{_url(request, AFTER, next_cursor)}>; rel="next"'
        return limited.hydrate(rows)

    def _page(self, queryset: QuerySet[Any, Any], number: int, size: int) -> list[Any]:
        pages = Paginator(queryset, size)
        try:
            page = cast("QuerySet[Any, Any]", pages.page(number).object_list)
        except InvalidPage:
            raise NotFound("This page does not exist.") from None
        limited = ByteLimitedRows(page, size)
        self.wrapped = {"page": number, "count": pages.count, "total_pages": pages.num_pages}
        # A shorter page would shift the rows of all pages after it.
        first, *others = limited.batches
        if others:
            self.rest = map(limited.hydrate, others)
        return limited.hydrate(first)

    def _cursor(self, queryset: QuerySet[Any, Any], request: Request, size: int) -> list[Any]:
        cursor = _parse_cursor(request, CURSOR, queryset)
        backwards = cursor is not None and cursor.backwards
        limited = ByteLimitedRows(after_cursor(queryset, cursor), size + 1)
        rows, has_more = limited.first_batch(size)
        if backwards:
            rows.reverse()
        order = order_of(queryset)
        has_next = bool(rows) and (has_more or backwards)
        has_previous = bool(rows) and (has_more if backwards else cursor is not None)
        self.wrapped = {
            "next": _url(request, CURSOR, Cursor.after_row(rows[-1], order)) if has_next else None,
            "previous": _url(request, CURSOR, Cursor.after_row(rows[0], order, backwards=True))
            if has_previous
            else None,
        }
        return limited.hydrate(rows)

    def get_paginated_response(  # type: ignore[override]  # a large page is sent as it is read
        self, data: Any
    ) -> Response | StreamingHttpResponse:
        """Return the response with the serialized rows in the requested style."""
        if self.wrapped is None:
            return Response(data, headers={"Link": self.link} if self.link else None)
        if self.rest is not None:
            pieces = self._pieces(self.wrapped, data, self.rest)
            return StreamingHttpResponse(pieces, content_type=OrjsonRenderer.media_type)
        return Response({**self.wrapped, "results": data})

    def _pieces(
        self, wrapped: dict[str, Any], first: list[Any], rest: Iterator[list[Any]]
    ) -> Iterator[bytes]:
        """Yield the body of a numbered page, one batch of rows at a time."""
        render = OrjsonRenderer().render
        yield render({**wrapped, "results": first})[:-2]
        # One serializer for all rows: serializers are reference cycles, so one per batch would keep
        # its rows in memory until the next garbage collection.
        write = self.view.get_serializer().to_representation
        comma = b"," if first else b""
        for batch in filter(None, rest):
            yield comma + render([write(row) for row in batch])[1:-1]
            comma = b","
        yield b"]}"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the OpenAPI schema of the three styles."""
        integer, url = {"type": "integer"}, {"type": "string", "format": "uri", "nullable": True}
        pages = _object(page=integer, count=integer, total_pages=integer, results=schema)
        return {"oneOf": [schema, pages, _object(next=url, previous=url, results=schema)]}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return the OpenAPI descriptions of the query parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}
        text = {"type": "string"}
        return [
            _parameter(PAGE_SIZE, size, PAGE_SIZE_DESCRIPTION),
            _parameter(PAGE, {"type": "integer", "minimum": 1}, "Page number, from 1."),
            _parameter(
                CURSOR,
                text,
                "Empty for the first page; `next` and `previous` link to the other pages.",
            ),
            _parameter(
                AFTER, text, "Position after which an array continues, as given in the Link header."
            ),
        ]


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "schema": schema, "description": description
    }  # fmt: skip


def _parse_integer(request: Request, name: str, *, low: int, high: int) -> int | None:
    text = request.query_params.get(name)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise ValidationError({name: ["A whole number is required."]})
    number = int(text)
    if not low <= number <= high:
        raise ValidationError({name: [f"Must lie between {low} and {high}."]})
    return number


def _parse_cursor(request: Request, name: str, queryset: QuerySet[Any, Any]) -> Cursor | None:
    token = request.query_params.get(name)
    if not token:
        return None
    try:
        return Cursor.parse(token, order_of(queryset))
    except BadCursor:
        raise ValidationError({name: ["The cursor is not valid for this list."]}) from None


def _url(request: Request, name: str, cursor: Cursor) -> str:
    return str(replace_query_param(request.build_absolute_uri(), name, cursor.token))
