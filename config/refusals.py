"""Responses to requests that are refused by their head, or for a slow body (contract 0.12)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.api_paths import is_api
from config.exceptions import error_response
from config.head_limits import MAX_HEADERS, MAX_HEADERS_BYTES, MAX_URL_BYTES, REFUSED

_ERRORS = {
    HTTPStatus.REQUEST_TIMEOUT: ("TIMEOUT", "The body was not sent in time."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("TOO_LARGE", "The body is too large."),
    HTTPStatus.REQUEST_URI_TOO_LONG: ("URL_TOO_LONG", f"The URL exceeds {MAX_URL_BYTES} bytes."),
    HTTPStatus.EXPECTATION_FAILED: (
        "EXPECTATION_FAILED",
        "The only Expect that is supported is 100-continue.",
    ),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        "HEADERS_TOO_LARGE",
        f"The headers exceed {MAX_HEADERS_BYTES} bytes or {MAX_HEADERS} lines.",
    ),
    HTTPStatus.NOT_IMPLEMENTED: (
        "NOT_IMPLEMENTED",
        "The only Transfer-Encoding that is supported is chunked.",
    ),
}


class Refusals:
    """Middleware that answers requests the server refuses, and large bodies of pages.

    A form parser would store the bodies. The APIs reject large bodies themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response to a request."""
        status = request.META.get(REFUSED) or _find_refusal(request)
        return self.get_response(request) if status is None else _response(request, status)


def _find_refusal(request: HttpRequest) -> HTTPStatus | None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    is_too_large = length.isdecimal() and int(length) > settings.MAX_BODY_BYTES
    return (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE if is_too_large and not is_api(request.path) else None
    )


def _response(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    code, message = _ERRORS[status]
    if is_api(request.path):
        return error_response(request, status, code, message)
    return HttpResponse(message, status=status, content_type="text/plain")
