"""What every request passes on its way in and out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from uuid_utils.compat import uuid7

from config import metrics
from config.api_paths import is_api, route_of

GetResponse = Callable[[HttpRequest], HttpResponse]

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
_SLASH_MATTERS = ("/admin/", f"/{settings.STATIC_URL.lstrip('/')}")


class RequestLog:
    """Log and count each request once, when it is answered, under an id its caller is told.

    Query strings and the values in paths are left out with the bodies: they may name learners.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid7().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            metrics.count_request(request, status=response.status_code, seconds=seconds)
            log.info(
                "request",
                method=request.method,
                path=route_of(request) or request.path,
                status=response.status_code,
                milliseconds=round(1000 * seconds, 1),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = request_id
        return response


class OptionalTrailingSlash:
    """Serve every path with and without its trailing slash, never by redirect (contract 0.1)."""

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
    """Refuse pages asked for with null characters, which PostgreSQL cannot even look for.

    The APIs check their own parameters and say which one is wrong.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.path_info + request.META.get("QUERY_STRING", "")
        if ("\0" in asked or "%00" in asked) and not is_api(request.path_info):
            raise SuspiciousOperation("null character")
        return self.get_response(request)


class InsecureLocalCookies:
    """Let cookies through unencrypted where the request never leaves the machine."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.cookies and not request.is_secure():
            host, _port = split_domain_port(request.get_host())
            if host in _LOOPBACK_HOSTS:
                for cookie in response.cookies.values():
                    cookie["secure"] = ""
        return response
