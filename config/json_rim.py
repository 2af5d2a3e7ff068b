"""JSON in and out: orjson, and what contract 0.11 does not let in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO, Any

import orjson
from django.conf import settings
from django.http.request import UnreadablePostError
from django.utils.functional import Promise
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from roster.wire import format_time

MAX_DEPTH = 64
_LONG_NUMBER = re.compile(rb"\d{19}")
_INT64 = range(-(2**63), 2**63)


class BodyTooLarge(APIException):
    """The body is larger than this endpoint takes."""

    status_code = 413
    default_detail = "The body is larger than this endpoint takes."
    default_code = "too_large"


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
        limit: int = settings.MAX_BODY_BYTES
        try:
            raw = stream.read(limit + 1)
        except UnreadablePostError:
            raise ParseError("The body broke off.") from None
        if len(raw) > limit:
            raise BodyTooLarge
        return load_json(raw)


def load_json(raw: bytes) -> Any:
    """Parse JSON, refusing NUL, lone surrogates, deep nesting and numbers out of range.

    Raises
    ------
    ParseError : the text is not such JSON.
    """
    try:
        value = orjson.loads(raw)
        if _LONG_NUMBER.search(raw):
            # orjson reads integers beyond 64 bits as floats; only the text tells.
            json.loads(raw, parse_int=_checked_int)
    except ValueError as error:
        raise ParseError(f"JSON parse error: {error}") from None
    except RecursionError:
        raise ParseError(f"JSON nested deeper than {MAX_DEPTH}.") from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _check_depth(value)
    if b"\\u0000" in raw:
        _refuse_nul(value)
    return value


def _checked_int(text: str) -> int:
    if len(text) > 20 or (number := int(text)) not in _INT64:
        raise ValueError("an integer is out of the 64-bit range")
    return number


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_depth(value: Any) -> None:
    level = [value]
    for _depth in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent) if _is_container(child)]
        if not level:
            return
    raise ParseError(f"JSON nested deeper than {MAX_DEPTH}.")


def _is_container(value: Any) -> bool:
    return isinstance(value, dict | list)


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ParseError("Strings may not contain the null character.")
        return
    if isinstance(value, dict):
        _refuse_nul(list(value))
    for child in _children(value):
        _refuse_nul(child)


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
