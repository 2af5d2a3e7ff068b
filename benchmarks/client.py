"""An HTTP client for load tests: it counts and times requests, and retries if asked to."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

# To be retried: still running, too many requests, or the database is unavailable.
RETRY_STATUSES = {409, 429, 503}
MAX_PAUSE_SECONDS = 5.0
TIMEOUT_SECONDS = 60
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """Rules for retrying requests without a response: for how long, and under one key or not."""

    seconds: float = 0.0
    with_keys: bool = True
    stopped: threading.Event = field(default_factory=threading.Event)

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each retry: growing, with random jitter."""
        deadline = time.monotonic() + self.seconds
        for number in range(1000):
            if self.stopped.is_set() or time.monotonic() >= deadline:
                return
            yield min(MAX_PAUSE_SECONDS, 0.1 * 2 ** min(number, 10)) * random.uniform(0.5, 1)  # noqa: S311

    def wait(self, seconds: float) -> None:
        """Wait, unless the run is stopped."""
        self.stopped.wait(seconds)


@dataclass
class Tally:
    """Durations, errors and counts of requests, added up over threads."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def time(self, name: str, seconds: float) -> None:
        """Record the duration of one request."""
        with self.lock:
            self.seconds.setdefault(name, []).append(seconds)

    def fail(self, message: str) -> None:
        """Record an error."""
        with self.lock:
            self.errors.append(message)

    def count(self, *names: str) -> None:
        """Add 1 to each of these counts."""
        with self.lock:
            self.counts.update(names)


@dataclass(frozen=True)
class Response:
    """One response; the status is 0 if there was none."""

    status: int
    body: bytes
    link: str | None = None
    retry_after: float = 0.0
    replayed: bool = False
    date: datetime = NO_DATE

    @property
    def content(self) -> Any:
        """The decoded body; an empty dict if the body is empty."""
        return json.loads(self.body) if self.body else {}

    def __str__(self) -> str:
        return f"{self.status or 'no response'} {self.body[:200]!r}"


class Api:
    """A client with one open connection; each thread has its own."""

    def __init__(
        self,
        url: str,
        key: str,
        tally: Tally,
        retry_policy: RetryPolicy | None = None,
        source_address: tuple[str, int] | None = None,
    ) -> None:
        parts = urlsplit(url)
        self.prefix = parts.path.rstrip("/")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self.connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS, source_address=source_address)
        self.headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self.tally = tally
        self.retry_policy = retry_policy or RetryPolicy()

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Make one request; return the decoded body, or None (and count an error) if it failed."""
        response, _link = self.call_for_link(name, method, path, body)
        return response

    def call_for_link(
        self, name: str, method: str, path: str, body: Any = None
    ) -> tuple[Any, str | None]:
        """Make one request; return the decoded body and the Link header."""
        response = self._call_timed(name, method, path, body)
        return (response.content, response.link) if response else (None, None)

    def call_at(self, name: str, method: str, path: str) -> tuple[Any, datetime]:
        """Make one request; return the decoded body and the server's time, to the second."""
        response = self._call_timed(name, method, path)
        return (response.content, response.date) if response else (None, datetime.now(UTC))

    def _call_timed(self, name: str, method: str, path: str, body: Any = None) -> Response | None:
        started = time.perf_counter()
        response = self._send_with_retries(method, path, body)
        if response.status not in (200, 204):
            self.tally.fail(f"{method} {path}: {response}")
            return None
        self.tally.time(name, time.perf_counter() - started)
        if method != "GET":
            self.tally.count("acknowledged")
        return response

    def _send_with_retries(self, method: str, path: str, body: Any) -> Response:
        """Send a request until it is answered, as long as the retry policy allows."""
        headers = dict(self.headers)
        if self.retry_policy.seconds and self.retry_policy.with_keys and method != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        response = self.send(method, path, body, headers)
        for pause in self.retry_policy.pauses():
            if response.status and response.status not in RETRY_STATUSES:
                break
            self.retry_policy.wait(max(pause, min(response.retry_after, MAX_PAUSE_SECONDS)))
            self.tally.count("resent")
            response = self.send(method, path, body, headers)
        return response

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Response:
        """Send a request once; after an error, the next request opens a new connection."""
        content = None if body is None else json.dumps(body).encode()
        self.tally.count("sent")
        try:
            self.connection.request(method, self.prefix + path, content, headers or self.headers)
            response = self.connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.tally.count("no response")
            return Response(0, repr(error).encode())
        replayed = response.getheader("Idempotent-Replayed") is not None
        self.tally.count(str(response.status), *["replayed"] * replayed)
        return Response(
            status=response.status,
            body=raw,
            link=response.getheader("Link"),
            retry_after=float(response.getheader("Retry-After") or 0),
            replayed=replayed,
            date=_parse_date(response.getheader("Date")),
        )


def _parse_date(header: str | None) -> datetime:
    """Return the time in a Date header; the current time if there is none."""
    return parsedate_to_datetime(header) if header else datetime.now(UTC)
