"""The WSGI application a server runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


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


application = with_length(get_wsgi_application(), limit=settings.MAX_BODY_BYTES)
