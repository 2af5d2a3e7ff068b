"""JSON renderer based on orjson, and content negotiation that ignores Accept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from infra.datetime_format import format_time


def _default(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


class OrjsonRenderer(BaseRenderer):
    """Render JSON with orjson; times have the format of contract 0.1."""

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
        """Return the body; empty for None."""
        if data is None:
            return b""
        return orjson.dumps(data, default=_default, option=orjson.OPT_PASSTHROUGH_DATETIME)


class FixedRendererNegotiation(DefaultContentNegotiation):
    """Select the first renderer of a view, whatever the Accept header says."""

    def select_renderer(  # type: ignore[override]
        self,
        request: Request,  # noqa: ARG002
        renderers: list[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        """Return the first renderer of the view, with its media type."""
        return renderers[0], renderers[0].media_type
