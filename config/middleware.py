"""Middleware: request log, entity tags, policies, paths, null bytes, cookies, rate limits."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import structlog
from django.conf import settings
from django.contrib.messages.middleware import MessageMiddleware
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from uuid_utils.compat import uuid7

from config import metrics
from config.api_paths import is_api, route_of
from infra.api import etags, throttling
from infra.api.client_address import is_local, logged_address
from infra.api.paths import escape_segments

GetResponse = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_PUBLIC = {"/api/schema", "/api/docs"}
_PERSONAL = ("/admin/", "/me/", "/family/", "/password-reset/")
_AUTHENTICATING = ("Authorization", "Cookie", "X-API-Key")
_SLASH_MATTERS = ("/admin/", f"/{settings.STATIC_URL.lstrip('/')}")


class RequestLog:
    """Logs and counts each request once, under a request id that is returned to the client.

    Query strings, values in paths, and bodies are not logged: they may identify learners.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        client_request_id = request.headers.get("X-Request-ID", "")
        request_id = client_request_id if _REQUEST_ID.fullmatch(client_request_id) else uuid7().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started_at = time.perf_counter()
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - started_at
            metrics.count_request(request, status=response.status_code, seconds=seconds)
            log.info(
                "request",
                method=request.method,
                path=route_of(request) or request.path,
                status=response.status_code,
                address=logged_address(request),
                milliseconds=round(1000 * seconds, 1),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = request_id
        return response


class ContentSecurityPolicy:
    """Adds the policy of the settings to each response: pages load nothing from elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
        return response


class EscapedIds:
    """Distinguishes the slashes in ids from those between the segments of a path (contract 0.2).

    A server that passes on only the decoded path is expected to have no ids with slashes.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raw_path = request.META.get("RAW_PATH") or quote(request.path_info)
        if "%" in raw_path and is_api(request.path_info):
            request.path_info = escape_segments(raw_path)
        return self.get_response(request)


class PrivateResponses:
    """Keeps caches from storing responses with personal data (contract 0.12a).

    These are all responses of the APIs and pages except the documents that are the same for
    everybody. All responses vary on what authenticates.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        path = request.path_info
        if f"{path}/".startswith(_PERSONAL) or (is_api(path) and path not in _PUBLIC):
            response.headers.setdefault("Cache-Control", "no-store")
        patch_vary_headers(response, _AUTHENTICATING)
        return response


class PageMessages(MessageMiddleware):
    """Django's messages, which only pages show."""

    def process_request(self, request: HttpRequest) -> None:
        """Create the storage of the messages of a page."""
        if not is_api(request.path_info):
            super().process_request(request)


class OptionalTrailingSlash:
    """Accepts each path with and without a trailing slash, without redirects (contract 0.1)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path == "/admin":
            request.path_info = "/admin/"
        elif len(path) > 1 and path.endswith("/") and not path.startswith(_SLASH_MATTERS):
            request.path_info = path[:-1]
        return self.get_response(request)


class RejectNullBytes:
    """Rejects requests for pages with null characters, which PostgreSQL cannot compare.

    The APIs check their parameters themselves and report which one is wrong.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url = request.path_info + request.META.get("QUERY_STRING", "")
        if ("\0" in url or "%00" in url) and not is_api(request.path_info):
            raise SuspiciousOperation("null character")
        return self.get_response(request)


class EntityTags:
    """Tags the responses to GET of the APIs, and answers 304 to a client that has the current one.

    A view may set a tag of its own that is cheaper than the body.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_read = request.method in {"GET", "HEAD"} and is_api(request.path_info)
        if is_read and response.status_code == HTTPStatus.OK and not response.streaming:
            if "ETag" not in response:
                response["ETag"] = etags.tag_of_bytes(response.content)
            if etags.is_current(request, response["ETag"]):
                response.status_code, response.content = HTTPStatus.NOT_MODIFIED, b""
                del response["Content-Type"]
        if response.status_code == HTTPStatus.NOT_MODIFIED:
            # The length would be that of the response the client has.
            del response["Content-Length"]
        return response


class InsecureLocalCookies:
    """Removes the Secure flag from cookies for requests by HTTP to localhost."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.cookies and not request.is_secure() and is_local(request):
            for cookie in response.cookies.values():
                cookie["secure"] = ""
        return response


class RateLimitHeaders:
    """Adds what is left of the caller's rate to responses of throttled paths (contract 0.11)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        throttling.add_headers(request, response)
        return response
