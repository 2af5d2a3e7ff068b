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

from infra.api import etags
from infra.api.paths import absolute_url
from infra.api.renderers import OrjsonRenderer
from infra.db.byte_limits import ByteLimitedRows
from infra.db.compiled_lists import CompiledRows, RawRow
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


Rows = QuerySet[Any, Any] | CompiledRows


class ListPagination(BasePagination):
    """Pagination in three styles, selected by the query parameters.

    - neither `page_size` nor `cursor`: an array of at most 1,000 rows, and a `Link` to the next;
    - `page_size` and `page`: that page, and the numbers of rows and pages;
    - `cursor` (empty to start) and `page_size`: one page after another; a row that does not change
      meanwhile appears exactly once, even if others are added or deleted.

    An array and a page after a cursor are shorter if their rows exceed the limit of bytes
    (`infra.db.byte_limits`); a numbered page is streamed instead.

    The rows of a compiled list have an entity tag, computed before the response is built. If other
    data determine the response too, the view puts them into `tag_data`.
    """

    link: str | None = None
    tag: str | None = None
    tag_data: Any = None
    wrapped: dict[str, Any] | None = None
    rest: Iterator[list[Any]] | None = None

    def paginate_queryset(  # type: ignore[override]
        self,
        queryset: Rows,
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        """Return the requested rows, up to the limit of bytes.

        Raises
        ------
        NotModified : the client has these rows.
        """
        self.view, self.request = cast("GenericAPIView[Any]", view), request
        if isinstance(queryset, CompiledRows):
            queryset.on_fetch = self._check_tag
        number = _parse_integer(request, PAGE, low=-MAX_INTEGER, high=MAX_INTEGER)
        size = _parse_integer(request, PAGE_SIZE, low=1, high=MAX_ROWS)
        if CURSOR in request.query_params:
            return self._cursor(queryset, request, size or MAX_ROWS)
        if size is not None:
            return self._page(queryset, 1 if number is None else number, size)
        return self._array(queryset, request)

    def _check_tag(self, rows: list[RawRow]) -> None:
        """Set the tag of the response, which the rows, their number and the URL determine."""
        self.tag = etags.tag_of_data(
            self.request.get_full_path(), self.wrapped, self.tag_data, rows
        )
        if etags.is_current(self.request._request, self.tag):
            raise etags.NotModified(self.tag)

    def _array(self, queryset: Rows, request: Request) -> list[Any]:
        cursor = _parse_cursor(request, AFTER, queryset)
        limited = ByteLimitedRows(_after(queryset, cursor), MAX_ROWS + 1)
        rows, has_more = limited.first_batch(MAX_ROWS)
        if has_more:
            next_cursor = Cursor.after_row(rows[-1], _order(queryset))
            self.link = f'<{_url(request, AFTER, next_cursor)}>; rel="next"'
        return limited.hydrate(rows)

    def _page(self, queryset: Rows, number: int, size: int) -> list[Any]:
        pages = Paginator(queryset, size)  # type: ignore[arg-type]
        try:
            page = cast("Rows", pages.page(number).object_list)
        except InvalidPage:
            raise NotFound("This page does not exist.") from None
        self.wrapped = {"page": number, "count": pages.count, "total_pages": pages.num_pages}
        limited = ByteLimitedRows(page, size)
        # A shorter page would shift the rows of all pages after it.
        first, *others = limited.batches
        if others:
            self.rest = map(limited.hydrate, others)
        return limited.hydrate(first)

    def _cursor(self, queryset: Rows, request: Request, size: int) -> list[Any]:
        cursor = _parse_cursor(request, CURSOR, queryset)
        backwards = cursor is not None and cursor.backwards
        limited = ByteLimitedRows(_after(queryset, cursor), size + 1)
        rows, has_more = limited.first_batch(size)
        if backwards:
            rows.reverse()
        order = _order(queryset)
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
        if self.rest is not None and self.wrapped is not None:
            pieces = self._pieces(self.wrapped, data, self.rest)
            return StreamingHttpResponse(pieces, content_type=OrjsonRenderer.media_type)
        headers = {"Link": self.link, "ETag": self.tag}
        body = data if self.wrapped is None else {**self.wrapped, "results": data}
        return Response(body, headers={name: value for name, value in headers.items() if value})

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


def _parse_cursor(request: Request, name: str, queryset: Rows) -> Cursor | None:
    token = request.query_params.get(name)
    if not token:
        return None
    try:
        return Cursor.parse(token, _order(queryset))
    except BadCursor:
        raise ValidationError({name: ["The cursor is not valid for this list."]}) from None


def _order(rows: Rows) -> list[str]:
    return rows.compiled.order if isinstance(rows, CompiledRows) else order_of(rows)


def _after(rows: Rows, cursor: Cursor | None) -> Rows:
    if isinstance(rows, CompiledRows):
        return rows.after(cursor)
    return after_cursor(rows, cursor)


def _url(request: Request, name: str, cursor: Cursor) -> str:
    return str(replace_query_param(absolute_url(request._request), name, cursor.token))
