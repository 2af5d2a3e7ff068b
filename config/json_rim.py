"""JSON in and out: orjson, in the shapes REST framework asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.functional import Promise
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from roster.bodies import load_json, whole_body
from roster.wire import format_time


class OrjsonParser(BaseParser):
    """Parse UTF-8 JSON that every database can keep and every client can read back."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the parsed body; 413 where it is too large, 400 where it is not plain JSON."""
        return load_json(whole_body(stream, settings.MAX_BODY_BYTES))


def _default(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


class OrjsonRenderer(BaseRenderer):
    """Write JSON; times as contract 0.1 wants them."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the body; empty where there is nothing to say."""
        if data is None:
            return b""
        return orjson.dumps(data, default=_default, option=orjson.OPT_PASSTHROUGH_DATETIME)


class AlwaysJson(DefaultContentNegotiation):
    """Answer with the endpoint's one format, whatever Accept says."""

    def select_renderer(  # type: ignore[override]
        self,
        request: Request,  # noqa: ARG002
        renderers: list[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        """Take the first renderer of the view."""
        return renderers[0], renderers[0].media_type
