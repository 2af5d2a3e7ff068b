"""Requests to the WSGI application without a server, to profile it or to capture its SQL."""

from __future__ import annotations

import logging
from io import BytesIO, TextIOBase
from typing import Any
from wsgiref.util import setup_testing_defaults

from config.wsgi import application


def hide_log() -> None:
    """Discard the log from now on: records are formatted as on a server, but not shown."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(_NullStream())


class _NullStream(TextIOBase):
    """A text stream that discards what is written to it."""

    def write(self, text: str) -> int:
        """Discard a text, and return its length."""
        return len(text)


def put(path: str, body: bytes, *, key: str) -> bytes:
    """Make one PUT; see `send`."""
    return send("PUT", path, body, key=key)


def send(method: str, path: str, body: bytes, *, key: str, kind: str = "application/json") -> bytes:
    """Make one request as a server would, and return the body of the response.

    Raises
    ------
    RuntimeError : the status is not 200.
    """
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_X_API_KEY": key,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
    }
    setup_testing_defaults(environ)
    response: Any = application(environ, lambda status, _headers: statuses.append(status))
    try:
        content = b"".join(response)
    finally:
        response.close()
    if not statuses[0].startswith("200"):
        raise RuntimeError(f"{method} {path}: {statuses[0]} {content[:200]!r}")
    return content
