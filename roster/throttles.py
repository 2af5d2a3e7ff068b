"""How often each caller may ask: a key, a person, or a guest's address (contract 0.11)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from roster.authentication import client_address
from roster.models import ApiKey, User
from roster.rates import Rate

if TYPE_CHECKING:
    from rest_framework.views import APIView


log = structlog.get_logger(__name__)


class CallerThrottle(BaseThrottle):
    """Counts in the cache: in process, or for all of them in the one CACHE_URL names.

    While that is away nobody is counted, and everybody passes. Two requests at the same moment
    may pay once; a limit like this one may be off by that.
    """

    def __init__(self) -> None:
        self._wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002
        """Let a request pass, or remember how long its caller has to wait."""
        kind, name = _caller(request)
        rate: Rate | None = settings.THROTTLES[kind]
        if rate is None:
            return True
        try:
            return self._admit(f"throttle/{kind}/{name}", rate, now=time.time_ns())
        except Exception:  # each cache has its own errors, and none is worth an answer
            log.exception("cache_unavailable")
            return True

    def _admit(self, entry: str, rate: Rate, *, now: int) -> bool:
        admitted, paid = rate.admit(cache.get(entry, 0), now=now)
        if admitted:
            cache.set(entry, paid, timeout=rate.seconds)
        else:
            self._wait = rate.wait(paid, now=now)
        return admitted

    def wait(self) -> int | None:
        """Return after how many seconds to come again."""
        return self._wait


def _caller(request: Request) -> tuple[str, str]:
    if isinstance(request.auth, ApiKey):
        return "key", request.auth.pk.hex
    if isinstance(request.user, User):
        return "user", request.user.pk.hex
    return "guest", client_address(request._request)
