"""Lists: a plain array, numbered pages, or a cursor (contract 0.14)."""

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
    "Rows a page; with neither this nor a cursor: an array. Arrays and cursors' pages of large rows"
    " may hold fewer and lead on."
)
AFTER, CURSOR, PAGE, PAGE_SIZE = "after", "cursor", "page", "page_size"


class ListPagination(BasePagination):
    """What a client asks of a list decides its shape.

    - neither `page_size` nor `cursor`: an array of at most 1,000 rows, and a `Link` to the next;
    - `page_size` and `page`: that page, and how many there are;
    - `cursor` (empty to begin), `page_size` at a time: rows that do not change meanwhile appear
      exactly once, however many come and go.

    An array and a cursor's page end early where their bytes are full.
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
        """Return the rows the request asks for, as far as their bytes may reach."""
        self.view = cast("GenericAPIView[Any]", view)
        number = _parse_integer(request, PAGE, low=-MAX_INTEGER, high=MAX_INTEGER)
        size = _parse_integer(request, PAGE_SIZE, low=1, high=MAX_ROWS)
        if CURSOR in request.query_params:
            return self._cursor(queryset, request, size or MAX_ROWS)
        if size is not None:
            return self._page(queryset, 1 if number is None else number, size)
        return self._array(queryset, request)

    def _array(self, queryset: QuerySet[Any, Any], request: Request) -> list[Any]:
        place = _parse_cursor(request, AFTER, queryset)
        nearest = ByteLimitedRows(after_cursor(queryset, place), MAX_ROWS + 1)
        rows, there_is_more = nearest.first_batch(MAX_ROWS)
        if there_is_more:
            following = Cursor.after_row(rows[-1], order_of(queryset))
            self.link = f'<{_url(request, AFTER, following)}>; rel="next"'
        return nearest.hydrate(rows)

    def _page(self, queryset: QuerySet[Any, Any], number: int, size: int) -> list[Any]:
        pages = Paginator(queryset, size)
        try:
            page = cast("QuerySet[Any, Any]", pages.page(number).object_list)
        except InvalidPage:
            raise NotFound("There is no such page.") from None
        weighed = ByteLimitedRows(page, size)
        self.wrapped = {"page": number, "count": pages.count, "total_pages": pages.num_pages}
        # A page that ended early would upset the numbers of all that follow.
        first, *others = weighed.batches
        if others:
            self.rest = map(weighed.hydrate, others)
        return weighed.hydrate(first)

    def _cursor(self, queryset: QuerySet[Any, Any], request: Request, size: int) -> list[Any]:
        place = _parse_cursor(request, CURSOR, queryset)
        backwards = place is not None and place.backwards
        nearest = ByteLimitedRows(after_cursor(queryset, place), size + 1)
        rows, there_is_more = nearest.first_batch(size)
        if backwards:
            rows.reverse()
        order = order_of(queryset)
        goes_on = bool(rows) and (there_is_more or backwards)
        goes_back = bool(rows) and (there_is_more if backwards else place is not None)
        self.wrapped = {
            "next": _url(request, CURSOR, Cursor.after_row(rows[-1], order)) if goes_on else None,
            "previous": _url(request, CURSOR, Cursor.after_row(rows[0], order, backwards=True))
            if goes_back
            else None,
        }
        return nearest.hydrate(rows)

    def get_paginated_response(  # type: ignore[override]  # a large page is sent as it is read
        self, data: Any
    ) -> Response | StreamingHttpResponse:
        """Wrap the rendered rows."""
        if self.wrapped is None:
            return Response(data, headers={"Link": self.link} if self.link else None)
        if self.rest is not None:
            pieces = self._pieces(self.wrapped, data, self.rest)
            return StreamingHttpResponse(pieces, content_type=OrjsonRenderer.media_type)
        return Response({**self.wrapped, "results": data})

    def _pieces(
        self, wrapped: dict[str, Any], first: list[Any], rest: Iterator[list[Any]]
    ) -> Iterator[bytes]:
        """Yield the body of a numbered page, one batch of rows after the other."""
        render = OrjsonRenderer().render
        yield render({**wrapped, "results": first})[:-2]
        # One for all rows: serializers are cycles, which would keep theirs from being freed.
        write = self.view.get_serializer().to_representation
        comma = b"," if first else b""
        for batch in filter(None, rest):
            yield comma + render([write(row) for row in batch])[1:-1]
            comma = b","
        yield b"]}"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the three shapes."""
        integer, url = {"type": "integer"}, {"type": "string", "format": "uri", "nullable": True}
        pages = _object(page=integer, count=integer, total_pages=integer, results=schema)
        return {"oneOf": [schema, pages, _object(next=url, previous=url, results=schema)]}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002
        """Describe the query parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_ROWS}
        text = {"type": "string"}
        return [
            _parameter(PAGE_SIZE, size, PAGE_SIZE_DESCRIPTION),
            _parameter(PAGE, {"type": "integer", "minimum": 1}, "Page number, from 1."),
            _parameter(CURSOR, text, "Empty to begin; then as `next` and `previous` lead."),
            _parameter(AFTER, text, "Where an array goes on; from the Link header."),
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
        raise ValidationError({name: ["This is not a place in the list."]}) from None


def _url(request: Request, name: str, place: Cursor) -> str:
    return str(replace_query_param(request.build_absolute_uri(), name, place.token))
