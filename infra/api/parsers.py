"""Parsing of request bodies: limits of size, and strict JSON (contract 0.11)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.http.request import UnreadablePostError
from rest_framework.exceptions import APIException, ParseError, Throttled
from rest_framework.parsers import BaseParser

from infra.api.throttle_counter import ROW_BYTES
from infra.api.throttling import count_body

MAX_DEPTH = 64
BLOCK_SIZE = 64 * 1024
_LONG_NUMBER = re.compile(rb"\d{19}")
INT64 = range(-(2**63), 2**63)


class BodyTooLarge(APIException):
    """The body is larger than this endpoint accepts."""

    status_code = 413
    default_detail = "The body is larger than this endpoint accepts."
    default_code = "too_large"


class JsonBodyParser(BaseParser):
    """Parse UTF-8 JSON, rejecting values that a database cannot store or a client cannot read."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the parsed body; 413 if it is too large, 400 if it is not valid JSON.

        Each object of the body may become a row, so its caller is charged for one.
        """
        raw = read_body(stream, self.limit)
        charge_body(parser_context, len(raw), objects=raw.count(b"{"))
        return self.load(raw)

    @property
    def limit(self) -> int:
        """The maximum size of a body in bytes."""
        return int(settings.MAX_BODY_BYTES)

    def load(self, raw: bytes) -> Any:
        """Return the value of a body."""
        return load_json(raw)


def charge_body(context: Mapping[str, Any] | None, size: int, *, objects: int) -> None:
    """Count a body and its objects against the quota of the caller.

    Raises
    ------
    Throttled : the caller has used up the quota.
    """
    if size and context:
        wait = count_body(context["request"], size + ROW_BYTES * objects)
        if wait is not None:
            raise Throttled(wait)


def read_body(stream: IO[bytes], limit: int) -> bytes:
    """Return a body, read up to a limit of bytes.

    Raises
    ------
    BodyTooLarge : the body is larger than the limit.
    ParseError : the client disconnected before the end.
    """
    raw = _read(stream, limit + 1)
    if len(raw) > limit:
        raise BodyTooLarge
    return raw


def read_lines(
    stream: IO[bytes], limit: int, *, max_line_length: int, content_length: int
) -> Iterator[bytes]:
    """Yield the lines of a body that are not blank, reading one block at a time.

    Parameters
    ----------
    limit, max_line_length : the maximum bytes of the body, and of one line.
    content_length : the length the client announced.

    Raises
    ------
    BodyTooLarge : the body or a line is longer.
    ParseError : the client disconnected before the end, which may look like the end of the body.
    """
    size, remainder = 0, b""
    while block := _read(stream, BLOCK_SIZE):
        size += len(block)
        *complete, remainder = found = (remainder + block).split(b"\n")
        if size > limit or max(map(len, found)) > max_line_length:
            raise BodyTooLarge
        yield from filter(bytes.strip, complete)
    if size != content_length:
        raise ParseError("The request body is incomplete.")
    if remainder.strip():
        yield remainder


def _read(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except UnreadablePostError:
        raise ParseError("The request body is incomplete.") from None


def load_json(raw: bytes) -> Any:
    """Parse JSON, rejecting NUL, lone surrogates, deep nesting and integers beyond 64 bits.

    Raises
    ------
    ParseError : the text is no such JSON.
    """
    try:
        value = orjson.loads(raw)
        if _LONG_NUMBER.search(raw):
            # orjson parses integers beyond 64 bits as floats, so only the text shows them.
            json.loads(raw, parse_int=_int64)
    except ValueError as error:
        raise ParseError(f"JSON parse error: {error}") from None
    except RecursionError:
        raise ParseError(f"JSON nested deeper than {MAX_DEPTH}.") from None
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        _check_depth(value)
    if b"\\u0000" in raw:
        _reject_nul(value)
    return value


def _int64(text: str) -> int:
    if len(text) > 20 or (number := int(text)) not in INT64:
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


def _reject_nul(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ParseError("Strings may not contain the null character.")
        return
    if isinstance(value, dict):
        _reject_nul(list(value))
    for child in _children(value):
        _reject_nul(child)
