"""Who is counted by which rate: a key, a person, a guest's address, or whoever logs in there."""

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
    """Counts a request against whoever calls."""

    def __init__(self) -> None:
        self._wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Let a request pass, or remember how long its caller has to wait."""
        request.META[_COUNTED] = True
        self._wait = throttle_counter.consume(*self.caller(request))
        return self._wait is None

    def wait(self) -> int | None:
        """Return after how many seconds to come again."""
        return self._wait

    def caller(self, request: Request) -> tuple[throttle_counter.Kind, str]:
        """Return by which rate a request is counted, and of whom."""
        if request.auth is not None:
            return "key", request.auth.pk.hex
        if request.user.is_authenticated:
            return "user", request.user.pk.hex
        return "guest", client_address(request._request)


class LoginThrottle(CallerThrottle):
    """Counts a login against the address it comes from: each costs the work of a password."""

    def caller(self, request: Request) -> tuple[throttle_counter.Kind, str]:
        """Return the address, whoever calls."""
        return "login", client_address(request._request)


def throttle_rejected(request: Request, view: APIView) -> int | None:
    """Count a request that was refused before any throttle saw it; return the seconds to wait.

    REST framework asks throttles last, so whoever shows no credentials, or wrong ones, would
    never be counted.
    """
    if request.META.get(_COUNTED):
        return None
    throttle = CallerThrottle()
    throttle.allow_request(request, view)
    return throttle.wait()
