"""Entity tags of responses, and 304 for a client that already has the current one."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_etags

_DIGEST_BYTES = 16


class NotModified(Exception):  # not an error
    """The client already has the current response."""

    def __init__(self, tag: str) -> None:
        self.tag = tag


def tag_of_bytes(body: bytes) -> str:
    """Return the entity tag of a body."""
    return f'"{blake2b(body, digest_size=_DIGEST_BYTES).hexdigest()}"'


def tag_of_data(*parts: Any) -> str:
    """Return the entity tag of the data that determine a body, for one version of the server."""
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    return tag_of_bytes(orjson.dumps([version, *parts], default=_plain))


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else repr(value)


def is_current(request: HttpRequest, tag: str) -> bool:
    """Return whether the client has the response with this tag."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return known == ["*"] or tag in (each.removeprefix("W/") for each in known)
