"""Requests to the WSGI application without a server, for whoever wants to look inside."""

from __future__ import annotations

import logging
from io import BytesIO, TextIOBase
from typing import Any
from wsgiref.util import setup_testing_defaults

from config.wsgi import application


def hide_log() -> None:
    """Send the log nowhere from now on: formatted as by a server, but not shown."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(_Nowhere())


class _Nowhere(TextIOBase):
    """A file that forgets."""

    def write(self, text: str) -> int:
        """Take a text, and forget it."""
        return len(text)


def put(path: str, body: bytes, *, key: str) -> bytes:
    """Make one PUT; see `send`."""
    return send("PUT", path, body, key=key)


def send(method: str, path: str, body: bytes, *, key: str, kind: str = "application/json") -> bytes:
    """Make one request, as a server would, and return the body of its answer.

    Raises
    ------
    RuntimeError : the answer is not 200.
    """
    told: list[str] = []
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
    response: Any = application(environ, lambda status, _headers: told.append(status))
    try:
        answer = b"".join(response)
    finally:
        response.close()
    if not told[0].startswith("200"):
        raise RuntimeError(f"{method} {path}: {told[0]} {answer[:200]!r}")
    return answer
