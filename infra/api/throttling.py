"""Throttles of the APIs: by API key, by user, by a guest's address, and logins by address.

Callers are limited in requests and in bytes. While the disk is nearly full, nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from infra import free_space
from infra.api import throttle_counter
from infra.api.client_address import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView

_COUNTED = "learntrace.counted"
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
        self._wait = throttle_counter.consume(*self.caller(request))
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
    return throttle_counter.consume(_BYTES_OF[kind], name, cost=size)


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
