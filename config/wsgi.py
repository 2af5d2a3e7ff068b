"""The WSGI application a server runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.paths import is_api

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def bounded(inner: Application, *, limit: int) -> Application:
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


def with_length(inner: Application, *, limit: int) -> Application:
    """Give bodies that come in chunks a length: Django takes a body without one for none.

    Servers end such an input by themselves. One byte more than `limit` is read, so that a
    body that is too long is told as that.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(limit + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return inner(environ, start_response)

    return application


application = with_length(
    bounded(get_wsgi_application(), limit=settings.MAX_BODY_BYTES), limit=settings.MAX_BODY_BYTES
)
