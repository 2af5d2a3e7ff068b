"""Throttles of the APIs: by API key, by user, by a guest's address, and logins by address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from infra.api import throttle_counter
from infra.api.client_address import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView

_COUNTED = "learntrace.counted"


class CallerThrottle(BaseThrottle):
    """Counts a request against its API key, its user, or its guest's address."""

    def __init__(self) -> None:
        self._wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Return True if the request is allowed; otherwise save the seconds to wait."""
        request.META[_COUNTED] = True
        self._wait = throttle_counter.consume(*self.caller(request))
        return self._wait is None

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
