"""A closed loop of clients on kept-alive connections: each asks again once it is answered.

One thread and raw sockets, so that a request costs the generator tens of microseconds, and
requests are bytes built beforehand.
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

PATIENCE_SECONDS = 60
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Refused(RuntimeError):
    """The server answered something else than 200, or not at all."""


@dataclass(kw_only=True)
class Round:
    """What some clients got done in some seconds.

    `latencies` are in seconds, of every request that was begun in time; `completed` counts
    those that were also answered in time.
    """

    seconds: float
    completed: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.completed / self.seconds

    def note(self, latency: float, *, in_time: bool) -> None:
        """Count one answer."""
        self.latencies.append(latency)
        self.completed += in_time


@dataclass
class _Client:
    connection: socket.socket
    requests: Iterator[bytes]
    answer: bytearray = field(default_factory=bytearray)
    asked_at: float = 0.0

    def ask(self) -> None:
        self.answer.clear()
        request = next(self.requests)
        self.asked_at = time.perf_counter()
        self.connection.sendall(request)

    def is_answered(self) -> bool:
        """Take in what arrived, and tell whether the answer is whole."""
        arrived = self.connection.recv(1 << 18)
        if not arrived:
            raise Refused("the server closed the connection")
        self.answer += arrived
        head, end, body = bytes(self.answer).partition(_HEAD_END)
        if not end:
            return False
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise Refused(bytes(self.answer[:500]).decode(errors="replace"))
        return len(body) >= int(length[1])


def request(method: str, path: str, *, key: str, body: bytes = b"") -> bytes:
    """Return a request as it goes over the wire."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"X-API-Key: {key}",
        "Accept: application/json",
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + _HEAD_END + body


def drive(port: int, clients: Sequence[Iterator[bytes]], *, seconds: float) -> Round:
    """Let each client send its requests, one after the other, for so long.

    Raises
    ------
    Refused : a request failed.
    """
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        ready = [_Client(stack.enter_context(_connect(port)), requests) for requests in clients]
        for client in ready:
            selector.register(client.connection, selectors.EVENT_READ, client)
        done = Round(seconds=seconds)
        end = time.perf_counter() + seconds
        for client in ready:
            client.ask()
        while selector.get_map():
            _take_answers(selector, done, end)
        return done


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _take_answers(selector: selectors.BaseSelector, done: Round, end: float) -> None:
    events = selector.select(PATIENCE_SECONDS)
    if not events:
        raise Refused(f"no answer in {PATIENCE_SECONDS} s")
    for event, _mask in events:
        client = cast("_Client", event.data)
        if not client.is_answered():
            continue
        now = time.perf_counter()
        done.note(now - client.asked_at, in_time=now <= end)
        if now < end:
            client.ask()
        else:
            selector.unregister(client.connection)
