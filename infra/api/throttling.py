"""Throttles of the APIs: by API key, by user, by a guest's address, and logins by address.

Callers are limited in requests and in bytes. While the disk is nearly full, nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from infra import free_space
from infra.api import throttle_counter
from infra.api.client_address import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView

_COUNTED = "learntrace.counted"
_QUOTA = "learntrace.quota"
_UNPAID = "learntrace.unpaid_bytes"
_WRITING_METHODS = {"POST", "PUT", "PATCH"}
_BYTES_OF: dict[str, throttle_counter.Kind] = {
    "key": "key_bytes", "user": "user_bytes", "guest": "guest_bytes",
}  # fmt: skip


class CallerThrottle(BaseThrottle):
    """Counts a request against its API key, its user, or its guest's address."""

    def __init__(self) -> None:
        self._wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Return True if the request is allowed; otherwise save the seconds to wait.

        Raises
        ------
        DiskNearlyFull : the request writes, and there is not enough free space.
        """
        request.META[_COUNTED] = True
        self._wait = _take(request, *self.caller(request))
        if self._wait is None and self.writes(request):
            free_space.require()
        if self._wait is None and (unpaid := request.META.pop(_UNPAID, None)):
            self._wait = count_bytes(request, unpaid)
        return self._wait is None

    def writes(self, request: Request) -> bool:
        """Return whether a request may store something."""
        return request.method in _WRITING_METHODS

    def wait(self) -> int | None:
        """Return the seconds to wait; None if the request was allowed."""
        return self._wait

    def caller(self, request: Request) -> tuple[throttle_counter.Kind, str]:
        """Return the kind of rate that applies to a request, and the name of its caller."""
        if request.auth is not None:
            return "key", request.auth.pk.hex
        if request.user.is_authenticated:
            return "user", request.user.pk.hex
        return "guest", client_address(request._request)


class LoginThrottle(CallerThrottle):
    """Counts a login against the client's address, because each hashes a password."""

    def caller(self, request: Request) -> tuple[throttle_counter.Kind, str]:
        """Return the client's address, whether or not a user is logged in."""
        return "login", client_address(request._request)

    def writes(self, request: Request) -> bool:  # noqa: ARG002
        """Return False: logins are small, and needed to read."""
        return False


def count_bytes(request: Request, size: int) -> int | None:
    """Count bytes against the quota of a caller; return None, or the seconds to wait if used up."""
    kind, name = CallerThrottle().caller(request)
    return _take(request, _BYTES_OF[kind], name, cost=size)


def _take(request: Request, kind: throttle_counter.Kind, name: str, cost: int = 1) -> int | None:
    """Count a request or bytes like `consume`; save the quota for `add_headers`.

    That is the quota of requests, or that of bytes if it is used up.
    """
    quota = throttle_counter.take(kind, name, cost=cost)
    if quota is None:
        return None
    if kind not in _BYTES_OF.values() or quota.wait is not None:
        request.META[_QUOTA] = quota
    return quota.wait


def add_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    """Add the headers RateLimit and RateLimit-Policy if the request was counted."""
    quota: throttle_counter.Quota | None = request.META.get(_QUOTA)
    if quota is not None:
        response.headers["RateLimit-Policy"] = quota.policy
        response.headers["RateLimit"] = quota.limit


def retry_guest(request: Request) -> int | None:
    """Return the seconds until the guests of an address may send requests; None if that is now."""
    return _take(request, "guest", client_address(request._request), cost=0)


def charge_rows(request: Request, rows: int) -> None:
    """Count the rows that a request has recorded as further requests of its caller."""
    if requests := rows // throttle_counter.ROWS_PER_REQUEST:
        throttle_counter.charge(*CallerThrottle().caller(request), requests)


def count_body(request: Request, size: int) -> int | None:
    """Count the bytes of a body like `count_bytes`.

    The check of a login's CSRF token parses the body before the caller is known; then the throttle
    counts it.
    """
    if request.META.get(_COUNTED):
        return count_bytes(request, size)
    request.META[_UNPAID] = size
    return None


def throttle_rejected(request: Request, view: APIView) -> int | None:
    """Count a request that was rejected before the throttles ran; return the seconds to wait.

    REST framework runs throttles after authentication and permissions, so requests without valid
    credentials would never be counted.
    """
    if request.META.get(_COUNTED):
        return None
    throttle = CallerThrottle()
    throttle.allow_request(request, view)
    return throttle.wait()
