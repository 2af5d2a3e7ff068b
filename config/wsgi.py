"""The WSGI application, with a limit of the request body's length."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.api_paths import is_api

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

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


application = limit_body(get_wsgi_application(), limit=settings.MAX_BODY_BYTES)
