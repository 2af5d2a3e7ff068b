"""The parts of a PUT, timed inside the running application.

Wrapped functions switch the current part when they start and end. Each switch adds the time since
the last one to the part that was current, so that no time counts twice.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from config import middleware
from logger import services

MIDDLEWARE, LOG, AUTHENTICATION = "WSGI and middleware", "log line", "authentication, throttle"
DECODING, RESPONSE = "routing, decoding, validation", "response"
READS, DOMAIN, WRITES = "service: SQL that reads", "service: domain", "service: SQL that writes"
COMMIT = "service: begin and commit"
PARTS = [MIDDLEWARE, LOG, AUTHENTICATION, DECODING, READS, DOMAIN, WRITES, COMMIT, RESPONSE]
_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE")


class PartClock:
    """The seconds of processor time and of elapsed time of each part."""

    def __init__(self) -> None:
        self.part = MIDDLEWARE
        self.restart()

    def restart(self) -> None:
        """Set all times to zero."""
        self.processor: defaultdict[str, float] = defaultdict(float)
        self.elapsed: defaultdict[str, float] = defaultdict(float)
        self._times = time.thread_time(), time.perf_counter()

    def switch(self, part: str) -> str:
        """Make this the current part, and return the part before."""
        processor, elapsed = time.thread_time(), time.perf_counter()
        self.processor[self.part] += processor - self._times[0]
        self.elapsed[self.part] += elapsed - self._times[1]
        self._times = processor, elapsed
        before, self.part = self.part, part
        return before

    def timed(
        self, function: Callable[..., Any], part: str, after: str | None = None
    ) -> Callable[..., Any]:
        """Return the function as one part; `after` is the part that follows it."""

        def run(*args: Any, **kwargs: Any) -> Any:
            before = self.switch(part)
            try:
                return function(*args, **kwargs)
            finally:
                self.switch(after or before)

        return run

    def execute(self, execute: Any, sql: str, *arguments: Any) -> Any:
        """Execute a statement of the service as a part of its own."""
        if self.part != DOMAIN:
            return execute(sql, *arguments)
        word = sql.split(maxsplit=1)[0].upper()
        part = COMMIT if word in _TRANSACTION else READS if word == "SELECT" else WRITES
        return self.timed(execute, part)(sql, *arguments)


clock = PartClock()


def mark_view(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Return the innermost middleware: everything inside it is the view."""
    return clock.timed(get_response, DECODING)


def instrument() -> None:
    """Wrap the functions at which parts of a PUT start and end, for the rest of the process."""
    middleware.log = SimpleNamespace(info=clock.timed(middleware.log.info, LOG))
    setattr(APIView, "initial", clock.timed(APIView.initial, AUTHENTICATION))  # noqa: B010
    services.update_session = clock.timed(services.update_session, DOMAIN, after=RESPONSE)
    connection.commit = clock.timed(connection.commit, COMMIT)  # type: ignore[method-assign]
    connection.execute_wrappers.append(clock.execute)
