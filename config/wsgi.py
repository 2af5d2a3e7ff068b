"""The WSGI application a server runs."""

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


def limit_body(inner: Application, *, limit: int) -> Application:
    """Refuse what is too large for any page, before a form's parser begins to store it.

    The APIs refuse in their own words.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if is_api(environ.get("PATH_INFO", "")) or (length.isdigit() and int(length) <= limit):
            return inner(environ, start_response)
        start_response("413 Request Entity Too Large", [("Content-Type", "text/plain")])
        return [b"The body is too large."]

    return application


def buffer_chunked(inner: Application, *, limit: int, bulk_limit: int) -> Application:
    """Give bodies that come in chunks a length: Django takes a body without one for none.

    Servers end such an input by themselves. One byte more than the limit is read, so that a
    body that is too long is told as that; what is long waits on disk.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if not chunked or environ.get("CONTENT_LENGTH"):
            return inner(environ, start_response)
        most = bulk_limit if is_bulk(environ.get("PATH_INFO", "")) else limit
        with SpooledTemporaryFile(max_size=limit) as body:
            environ["CONTENT_LENGTH"] = str(_copy(environ["wsgi.input"], body, most + 1))
            environ["wsgi.input"] = body
            return inner(environ, start_response)

    return application


def _copy(source: IO[bytes], target: IO[bytes], most: int) -> int:
    """Copy at most so many bytes, and tell how many there were."""
    copied = 0
    while block := source.read(min(BLOCK, most - copied)):
        copied += target.write(block)
    target.seek(0)
    return copied


application = buffer_chunked(
    limit_body(get_wsgi_application(), limit=settings.MAX_BODY_BYTES),
    limit=settings.MAX_BODY_BYTES,
    bulk_limit=settings.MAX_BULK_BYTES,
)
