"""Requests to the WSGI application without a server, to profile it or to capture its SQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from statistics import quantiles
from typing import Any
from wsgiref.util import setup_testing_defaults

import structlog

from benchmarks.load import Request
from benchmarks.school import (
    ANSWERS_PER_SESSION,
    CONTENTS,
    SESSIONS,
    Response,
    answer_body,
    build_request,
    call,
    start_body,
)
from config.wsgi import application


def hide_log() -> None:
    """Discard the log from now on: lines are formatted as on a server, but not shown.

    Call it before the first line: loggers keep their file.
    """
    structlog.configure(logger_factory=structlog.BytesLoggerFactory(open(os.devnull, "wb")))  # noqa: SIM115, PTH123


def send(request: Request) -> Response:
    """Make one request as a server would, and return the response; see `prepared`."""
    return prepared(request)()


def _wsgi_environ(request: Request) -> dict[str, Any]:
    """Return the WSGI environment of a request, without its body."""
    path, _, query = request.path.partition("?")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()
    }
    environ = {
        **headers,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": request.headers.get("Content-Type", "application/json"),
        "CONTENT_LENGTH": str(len(request.body)),
        "REMOTE_ADDR": "127.0.0.1",
    }
    setup_testing_defaults(environ)
    return environ


def _call_application(environ: dict[str, Any], body: bytes) -> Response:
    """Call the application once; the environment may be used again."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    response: Any = application(
        {**environ, "wsgi.input": BytesIO(body)},
        lambda status, headers: started.append((status, headers)),
    )
    try:
        content = b"".join(response)
    finally:
        response.close()
    [(status, headers)] = started
    return Response(
        status=int(status[:3]),
        headers={name.lower(): value for name, value in headers},
        body=content,
    )


def prepared(request: Request) -> Callable[[], Response]:
    """Return a function that makes a request, without the cost of building it.

    Raises
    ------
    RuntimeError : from the function, if the response has an error status.
    """
    environ = _wsgi_environ(request)

    def make() -> Response:
        response = _call_application(environ, request.body)
        if response.status >= 400:
            raise RuntimeError(f"{request.path}: {response.status} {response.body[:300]!r}")
        return response

    return make


def prepared_puts(headers: Mapping[str, str], count: int) -> list[Callable[[], Response]]:
    """Start sessions of a learner, and return functions that each PUT one new answer to one."""
    puts = []
    for number in range(count):
        answer = number % ANSWERS_PER_SESSION
        if answer == 0:
            content = 1 + (number // ANSWERS_PER_SESSION) % CONTENTS
            session = call(send, "POST", SESSIONS, headers, start_body(content))["session_id"]
        puts.append(
            prepared(build_request("PUT", f"{SESSIONS}/{session}", headers, answer_body(answer)))
        )
    return puts


def processor_milliseconds(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Make calls, and return the processor time of each."""
    times = []
    for make in calls:
        started = time.thread_time()
        make()
        times.append(1000 * (time.thread_time() - started))
    return times


def undisturbed(times: Sequence[float]) -> float:
    """Return the lowest decile: the time of a call without interruptions by other processes."""
    return quantiles(times, n=10)[0]
