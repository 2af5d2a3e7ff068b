"""Closed-loop load: clients on kept-alive connections send a request after each response.

It uses one thread, raw sockets and requests built beforehand as bytes, so that a request costs the
generator less than a tenth of a millisecond.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

TIMEOUT_SECONDS = 60
SHOWN_BYTES = 300
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_BODILESS_STATUSES = {204, 304}


class RequestFailed(RuntimeError):
    """The server did not answer, or closed the connection."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self) -> bytes:
        """Return the bytes to send."""
        headers = {"Host": "127.0.0.1", "Accept": "application/json", **self.headers}
        if self.body:
            headers["Content-Type"] = "application/json"
        if self.method != "GET":
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + _HEAD_END + self.body


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The bytes of a request, and the response that it must get."""

    request: bytes
    status: int = 200
    is_valid: Callable[[bytes], bool]


# Yields exchanges, and receives the body of each valid response.
Script = Generator[Exchange, bytes, None]


class Client:
    """A client that repeats a script; after an invalid response it starts again."""

    def __init__(self, script: Callable[[], Script]) -> None:
        self._script = script
        self._restart()

    def _restart(self) -> None:
        self._running = self._script()
        self.exchange = next(self._running)

    def check(self, status: int, body: bytes) -> str | None:
        """Check a response and advance; return a description of the response if it is invalid."""
        if status == self.exchange.status and self.exchange.is_valid(body):
            self.exchange = self._running.send(body)
            return None
        [line, *_rest] = self.exchange.request.splitlines()
        self._restart()
        return f"{line.decode()}: {status} {body[:SHOWN_BYTES]!r}"


@dataclass(kw_only=True)
class Round:
    """The requests that some clients sent in some seconds.

    `latencies` are in seconds, of every request that was started in time; `completed` counts
    those that were also answered in time. `generator_seconds` is the processor time of this
    generator.
    """

    seconds: float
    completed: int = 0
    latencies: list[float] = field(default_factory=list)
    generator_seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Completed requests per second."""
        return self.completed / self.seconds

    def record(self, latency: float, *, in_time: bool) -> None:
        """Record one response."""
        self.latencies.append(latency)
        self.completed += in_time


@dataclass
class _Connection:
    socket: socket.socket
    client: Client
    response: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0

    def send(self) -> None:
        self.response.clear()
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.client.exchange.request)

    def receive(self) -> tuple[int, bytes] | None:
        """Receive the next part of the response; return status and body if it is complete."""
        arrived = self.socket.recv(1 << 18)
        if not arrived:
            raise RequestFailed("the server closed the connection")
        self.response += arrived
        return parse_response(self.response)


def parse_response(response: bytearray) -> tuple[int, bytes] | None:
    """Return status and body of a response; None if more bytes have to arrive."""
    head = response.find(_HEAD_END)
    if head < 0:
        return None
    status, start = int(response[9:12]), head + len(_HEAD_END)
    if status in _BODILESS_STATUSES:
        return status, b""
    length = _LENGTH.search(response, 0, start)
    if length is None:
        raise RequestFailed(f"no Content-Length: {bytes(response[:SHOWN_BYTES])!r}")
    end = start + int(length[1])
    return (status, bytes(response[start:end])) if len(response) >= end else None


def run_clients(port: int, clients: Sequence[Client], *, seconds: float) -> Round:
    """Let each client send its requests, one after the other, for some seconds.

    Raises
    ------
    RequestFailed : the server did not answer. Invalid responses are counted.
    """
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        connections = [_Connection(stack.enter_context(_connect(port)), each) for each in clients]
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        result = Round(seconds=seconds)
        cpu, end = time.thread_time(), time.perf_counter() + seconds
        for connection in connections:
            connection.send()
        while selector.get_map():
            _receive_responses(selector, result, end)
        result.generator_seconds = time.thread_time() - cpu
        return result


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _receive_responses(selector: selectors.BaseSelector, result: Round, end: float) -> None:
    events = selector.select(TIMEOUT_SECONDS)
    if not events:
        raise RequestFailed(f"no response in {TIMEOUT_SECONDS} s")
    for event, _mask in events:
        connection = cast("_Connection", event.data)
        response = connection.receive()
        if response is None:
            continue
        now = time.perf_counter()
        result.record(now - connection.sent_at, in_time=now <= end)
        error = connection.client.check(*response)
        if error is not None:
            result.errors[error] += 1
        if now < end:
            connection.send()
        else:
            selector.unregister(connection.socket)
