"""Closed-loop load: clients on kept-alive connections send a request after each response.

It uses one thread, raw sockets and requests built beforehand as bytes, so that a request costs the
generator tens of microseconds.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import cast

TIMEOUT_SECONDS = 60
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class RequestFailed(RuntimeError):
    """The server answered with a status other than 200, or not at all."""


@dataclass(kw_only=True)
class Round:
    """The requests that some clients completed in some seconds.

    `latencies` are in seconds, of every request that was started in time; `completed` counts
    those that were also answered in time.
    """

    seconds: float
    completed: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Completed requests per second."""
        return self.completed / self.seconds

    def record(self, latency: float, *, in_time: bool) -> None:
        """Record one response."""
        self.latencies.append(latency)
        self.completed += in_time


@dataclass
class _Client:
    connection: socket.socket
    requests: Iterator[bytes]
    response: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0

    def send_next(self) -> None:
        self.response.clear()
        request = next(self.requests)
        self.sent_at = time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> bool:
        """Receive the next part of the response, and return whether it is complete."""
        arrived = self.connection.recv(1 << 18)
        if not arrived:
            raise RequestFailed("the server closed the connection")
        self.response += arrived
        head, end, body = bytes(self.response).partition(_HEAD_END)
        if not end:
            return False
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RequestFailed(bytes(self.response[:500]).decode(errors="replace"))
        return len(body) >= int(length[1])


def build_request(method: str, path: str, *, key: str, body: bytes = b"") -> bytes:
    """Return the bytes of an HTTP request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"X-API-Key: {key}",
        "Accept: application/json",
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def run_clients(port: int, clients: Sequence[Iterator[bytes]], *, seconds: float) -> Round:
    """Let each client send its requests, one after the other, for some seconds.

    Raises
    ------
    RequestFailed : a request failed.
    """
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        ready = [_Client(stack.enter_context(_connect(port)), requests) for requests in clients]
        for client in ready:
            selector.register(client.connection, selectors.EVENT_READ, client)
        result = Round(seconds=seconds)
        end = time.perf_counter() + seconds
        for client in ready:
            client.send_next()
        while selector.get_map():
            _receive_responses(selector, result, end)
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
        client = cast("_Client", event.data)
        if not client.receive():
            continue
        now = time.perf_counter()
        result.record(now - client.sent_at, in_time=now <= end)
        if now < end:
            client.send_next()
        else:
            selector.unregister(client.connection)
