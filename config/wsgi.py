"""The WSGI application, wrapped in checks of the request body's length."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.api_paths import is_api, is_bulk

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

BLOCK = 64 * 1024
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def limit_body(wrapped: Application, *, limit: int) -> Application:
    """Return an application that rejects large bodies of pages before a form parser stores them.

    The APIs reject them in their own error format.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if is_api(environ.get("PATH_INFO", "")) or (length.isdigit() and int(length) <= limit):
            return wrapped(environ, start_response)
        start_response("413 Request Entity Too Large", [("Content-Type", "text/plain")])
        return [b"The body is too large."]

    return application


def buffer_chunked(wrapped: Application, *, limit: int, bulk_limit: int) -> Application:
    """Return an application that buffers chunked bodies: Django ignores bodies without a length.

    The server marks the end of such an input. At most one byte more than the limit is read, so that
    a body that is too long is recognized. Long bodies are buffered on disk.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if not is_chunked or environ.get("CONTENT_LENGTH"):
            return wrapped(environ, start_response)
        max_bytes = bulk_limit if is_bulk(environ.get("PATH_INFO", "")) else limit
        with SpooledTemporaryFile(max_size=limit) as body:
            environ["CONTENT_LENGTH"] = str(_copy(environ["wsgi.input"], body, max_bytes + 1))
            environ["wsgi.input"] = body
            return wrapped(environ, start_response)

    return application


def _copy(source: IO[bytes], target: IO[bytes], max_bytes: int) -> int:
    """Copy at most `max_bytes` bytes, and return how many were copied."""
    copied = 0
    while block := source.read(min(BLOCK, max_bytes - copied)):
        copied += target.write(block)
    target.seek(0)
    return copied


application = buffer_chunked(
    limit_body(get_wsgi_application(), limit=settings.MAX_BODY_BYTES),
    limit=settings.MAX_BODY_BYTES,
    bulk_limit=settings.MAX_BULK_BYTES,
)
