"""Limits of the head of a request; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

# hyper, the parser of the server, answers a URL above 64 KiB and the 101st header by itself.
MAX_URL_BYTES = 16 * 1024
MAX_HEADERS_BYTES = 32 * 1024
MAX_HEADERS = 64
# The key of the environ with the status of a request that the server refuses.
REFUSED = "learntrace.refused"


def find_refusal(
    raw_path: bytes, query: bytes, headers: Sequence[tuple[bytes, bytes]]
) -> HTTPStatus | None:
    """Return the status of a request that is refused by its head; None if it is not refused."""
    if len(raw_path) + len(query) > MAX_URL_BYTES:
        return HTTPStatus.REQUEST_URI_TOO_LONG
    size = sum(len(name) + len(value) for name, value in headers)
    if size > MAX_HEADERS_BYTES or len(headers) > MAX_HEADERS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    codings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]):
        return HTTPStatus.NOT_IMPLEMENTED
    expected = [value.lower() for name, value in headers if name == b"expect"]
    if expected not in ([], [b"100-continue"]):
        return HTTPStatus.EXPECTATION_FAILED
    return None
