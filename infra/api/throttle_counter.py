"""Counters of requests per caller, kept in the cache (contract 0.11)."""

from __future__ import annotations

import time
from typing import Literal, NamedTuple

import structlog
from django.conf import settings
from django.core.cache import cache

from infra.api.rate_limit import Rate

log = structlog.get_logger(__name__)

Kind = Literal[
    "key",
    "user",
    "guest",
    "login",
    "login_failure",
    "password_reset",
    "key_bytes",
    "user_bytes",
    "guest_bytes",
    "learner_bytes",
    "user_names",
]

# As many rows of a request take about the time of one request.
ROWS_PER_REQUEST = 10
# The bytes that a row needs beside the data of its request, in tables and indexes.
ROW_BYTES = 1024
# Nanoseconds of a second, and those by which the clocks of servers that share a cache may differ.
_SECOND = 10**9
_MAX_SKEW = 60 * _SECOND


class Quota(NamedTuple):
    """The state of a caller's rate, in nanoseconds as of `Rate.allow`.

    `wait` is the seconds until a request is allowed; None if this one is.
    """

    kind: Kind
    rate: Rate
    paid_until: int
    now: int
    wait: int | None

    @property
    def policy(self) -> str:
        """The value of the header RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10)."""
        unit = ';qu="content-bytes"' if self.kind.endswith("_bytes") else ""
        return f'"{self.kind}";q={self.rate.requests};w={self.rate.seconds}{unit}'

    @property
    def limit(self) -> str:
        """The value of the header RateLimit: what is left, and the seconds until all of it is back.

        If nothing is left, these are the seconds until a request is allowed again.
        """
        left = self.rate.remaining(self.paid_until, now=self.now)
        ahead = -((self.now - self.paid_until) // _SECOND)
        seconds = ahead if left else self.rate.wait(self.paid_until, now=self.now)
        return f'"{self.kind}";r={left};t={seconds}'


def consume(kind: Kind, name: str, *, cost: int = 1) -> int | None:
    """Count a request against its caller's rate; return None, or the seconds to wait if exceeded.

    The counters are in the process, or in the cache that CACHE_URL names for all processes. While
    that cache is unavailable, all requests are allowed. Two simultaneous requests may count as one,
    an error that these limits tolerate.
    """
    quota = take(kind, name, cost=cost)
    return quota and quota.wait


def retry_after(kind: Kind, name: str) -> int | None:
    """Return the same as `consume` without counting a request."""
    return consume(kind, name, cost=0)


def charge(kind: Kind, name: str, requests: int) -> None:
    """Count further requests of a caller, for the work that one has caused.

    The next are refused until the caller has paid for these.
    """
    rate: Rate | None = settings.THROTTLES.get(kind)
    if rate is None:
        return
    cache_key, now = f"rate/{kind}/{name}", time.time_ns()
    try:
        paid = rate.charge(_paid_until(cache_key, now), requests, now=now)
        _save(cache_key, paid, now)
    except Exception:  # as above
        log.exception("cache_unavailable")


def take(kind: Kind, name: str, *, cost: int = 1) -> Quota | None:
    """Count a request like `consume`; return what is left, or None if that is not known."""
    rate: Rate | None = settings.THROTTLES.get(kind)
    if rate is None:
        return None
    cache_key, now = f"rate/{kind}/{name}", time.time_ns()
    try:
        is_allowed, paid = rate.allow(_paid_until(cache_key, now), now=now, cost=cost)
        if is_allowed and cost:
            _save(cache_key, paid, now)
    except Exception:  # each cache has its own errors, and none of them may fail the request
        log.exception("cache_unavailable")
        return None
    return Quota(kind, rate, paid, now, None if is_allowed else rate.wait(paid, now=now))


def _paid_until(cache_key: str, now: int) -> int:
    """Return until when a caller has paid, by the present clock.

    A time of the latest request that is well ahead was of a clock that has been set back since.
    """
    paid, seen = cache.get(cache_key, (0, 0))
    return int(paid - (seen - now) if seen - now > _MAX_SKEW else paid)


def _save(cache_key: str, paid: int, now: int) -> None:
    """Save until when a caller has paid; after that, the counter says nothing and expires."""
    cache.set(cache_key, (paid, now), timeout=(paid - now) // _SECOND + 1)
