"""A streamed response that fails is an error response: nothing of it has been sent yet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from django.db import OperationalError
from django.http import StreamingHttpResponse

from config.asgi import ThreadedApplication

PATHS = {"/api/logger/attemptlog": b"application/json", "/admin/export": b"text/html"}


def failing_stream() -> Iterator[bytes]:
    yield b"[first rows"
    raise OperationalError("canceling statement due to statement timeout")


def wrapped(_environ: dict[str, Any], start_response: Any) -> Any:
    response = StreamingHttpResponse(failing_stream())
    start_response("200 OK", list(response.items()))
    return response


@pytest.mark.parametrize("path", PATHS)
def test_a_database_that_fails_within_a_stream_is_a_503(path: str):
    """contract 0.11."""
    scope = {
        "type": "http", "method": "GET", "raw_path": path.encode(), "query_string": b"",
        "http_version": "1.1", "scheme": "http", "headers": [(b"host", b"localhost")],
        "server": ("localhost", "8080"), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(ThreadedApplication(wrapped, threads=1)(scope, receive, send))

    start, body = sent
    headers = dict(start["headers"])
    assert start["status"] == HTTPStatus.SERVICE_UNAVAILABLE
    assert headers[b"Retry-After"] == b"1"
    assert headers[b"Content-Type"].startswith(PATHS[path])
    assert b"first rows" not in body["body"]
    if path.startswith("/api/"):
        assert orjson.loads(body["body"])[0]["id"] == "UNAVAILABLE"
