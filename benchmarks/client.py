"""An HTTP client for load: counted, timed, and if asked as stubborn as a good client is."""

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

# Not answered yet: still running, too many, or the database is away.
COME_AGAIN = {409, 429, 503}
LONGEST_PAUSE = 5.0
TIMEOUT_SECONDS = 60
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How long a request that got no answer is sent again, and whether under one key."""

    seconds: float = 0.0
    with_keys: bool = True
    stopped: threading.Event = field(default_factory=threading.Event)

    def pauses(self) -> Iterator[float]:
        """Return how long to wait before each next time: longer and longer, never in step."""
        give_up = time.monotonic() + self.seconds
        for turn in range(1000):
            if self.stopped.is_set() or time.monotonic() >= give_up:
                return
            yield min(LONGEST_PAUSE, 0.1 * 2 ** min(turn, 10)) * random.uniform(0.5, 1)  # noqa: S311

    def wait(self, seconds: float) -> None:
        """Wait, unless everything is to stop."""
        self.stopped.wait(seconds)


@dataclass
class Tally:
    """What happened, added up over threads."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def time(self, name: str, seconds: float) -> None:
        """Keep how long one request took."""
        with self.lock:
            self.seconds.setdefault(name, []).append(seconds)

    def fail(self, message: str) -> None:
        """Keep what went wrong."""
        with self.lock:
            self.errors.append(message)

    def count(self, *words: str) -> None:
        """Count what happened once more."""
        with self.lock:
            self.counts.update(words)


@dataclass(frozen=True)
class Answer:
    """What came back; a status of 0 where nothing did."""

    status: int
    body: bytes
    link: str | None = None
    retry_after: float = 0.0
    replayed: bool = False
    date: datetime = NO_DATE

    @property
    def content(self) -> Any:
        """What the body says; of an empty one nothing."""
        return json.loads(self.body) if self.body else {}

    def __str__(self) -> str:
        return f"{self.status or 'no answer'} {self.body[:200]!r}"


class Api:
    """One thread's connection, kept open."""

    def __init__(
        self, url: str, key: str, tally: Tally, patience: RetryPolicy | None = None
    ) -> None:
        parts = urlsplit(url)
        self.prefix = parts.path.rstrip("/")
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self.connection = kind(parts.netloc, timeout=TIMEOUT_SECONDS)
        self.headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self.tally = tally
        self.patience = patience or RetryPolicy()

    def call(self, name: str, method: str, path: str, body: Any = None) -> Any:
        """Make one request; its answer, or None (and a counted error) where it failed."""
        answer, _link = self.call_for_link(name, method, path, body)
        return answer

    def call_for_link(
        self, name: str, method: str, path: str, body: Any = None
    ) -> tuple[Any, str | None]:
        """Make one request; its answer and its Link header."""
        answer = self._timed(name, method, path, body)
        return (answer.content, answer.link) if answer else (None, None)

    def call_at(self, name: str, method: str, path: str) -> tuple[Any, datetime]:
        """Make one request; its answer and when the server gave it, to the second."""
        answer = self._timed(name, method, path)
        return (answer.content, answer.date) if answer else (None, datetime.now(UTC))

    def _timed(self, name: str, method: str, path: str, body: Any = None) -> Answer | None:
        began = time.perf_counter()
        answer = self._insist(method, path, body)
        if answer.status not in (200, 204):
            self.tally.fail(f"{method} {path}: {answer}")
            return None
        self.tally.time(name, time.perf_counter() - began)
        if method != "GET":
            self.tally.count("acknowledged")
        return answer

    def _insist(self, method: str, path: str, body: Any) -> Answer:
        """Send a request until it is answered, as long as patience lasts."""
        headers = dict(self.headers)
        if self.patience.seconds and self.patience.with_keys and method != "GET":
            headers["Idempotency-Key"] = uuid4().hex
        answer = self.send(method, path, body, headers)
        for pause in self.patience.pauses():
            if answer.status and answer.status not in COME_AGAIN:
                break
            self.patience.wait(max(pause, min(answer.retry_after, LONGEST_PAUSE)))
            self.tally.count("resent")
            answer = self.send(method, path, body, headers)
        return answer

    def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request once; after an error on a fresh connection the next time."""
        content = None if body is None else json.dumps(body).encode()
        self.tally.count("sent")
        try:
            self.connection.request(method, self.prefix + path, content, headers or self.headers)
            response = self.connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.tally.count("no answer")
            return Answer(0, repr(error).encode())
        replayed = response.getheader("Idempotent-Replayed") is not None
        self.tally.count(str(response.status), *["replayed"] * replayed)
        return Answer(
            status=response.status,
            body=raw,
            link=response.getheader("Link"),
            retry_after=float(response.getheader("Retry-After") or 0),
            replayed=replayed,
            date=_date(response.getheader("Date")),
        )


def _date(header: str | None) -> datetime:
    """Return when a server says it answered; now, where it does not."""
    return parsedate_to_datetime(header) if header else datetime.now(UTC)
