"""What each caller has used of their rate, counted in the cache (contract 0.11)."""

from __future__ import annotations

import time
from typing import Literal

import structlog
from django.conf import settings
from django.core.cache import cache

from infra.api.rate_limit import Rate

log = structlog.get_logger(__name__)

Kind = Literal["key", "user", "guest", "login"]


def consume(kind: Kind, name: str) -> int | None:
    """Count a request against its caller's rate; return the seconds to wait where that is used up.

    Counts are in process, or for all processes in the cache CACHE_URL names. While that is away
    nobody is counted, and everybody passes. Two requests at the same moment may pay once; a limit
    like these may be off by that.
    """
    return _check(kind, name, pays=True)


def retry_after(kind: Kind, name: str) -> int | None:
    """Return the seconds to wait as `consume` does, without counting anything."""
    return _check(kind, name, pays=False)


def _check(kind: Kind, name: str, *, pays: bool) -> int | None:
    rate: Rate | None = settings.THROTTLES[kind]
    if rate is None:
        return None
    entry, now = f"throttle/{kind}/{name}", time.time_ns()
    try:
        admitted, paid = rate.allow(cache.get(entry, 0), now=now)
        if admitted and pays:
            cache.set(entry, paid, timeout=rate.seconds)
    except Exception:  # each cache has its own errors, and none is worth an answer
        log.exception("cache_unavailable")
        return None
    return None if admitted else rate.wait(paid, now=now)
