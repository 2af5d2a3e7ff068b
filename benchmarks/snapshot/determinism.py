"""A stopped clock and repeatable random values, so that responses can be compared byte by byte."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch
from uuid import UUID

import time_machine
import uuid_utils.compat

_IDS_PER_REQUEST = 100_000
_CSRF = re.compile(rb'(csrfmiddlewaretoken" value=")\w+')
_COOKIE = re.compile(rb"(csrftoken|sessionid)=\w+")
_SECRET = re.compile(rb"\b[a-z]{2,4}_[0-9a-f]{12}_[\w-]{20,}")
_LENGTH = re.compile(rb"^Content-Length: .*\n", re.MULTILINE)
_METRIC = re.compile(rb"^(?!learntrace_(?:requests_total|job))(\w+(?:\{.*\})?) \S+$", re.MULTILINE)


class Source:
    """A source of ids and random values that depend only on the number of the request."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.milliseconds = int(instant.timestamp() * 1000)
        self._random = random.Random(0)  # noqa: S311  # nothing here is secret
        self._id_count = 0

    def start_request(self, number: int) -> None:
        """Restart the ids and random values for a request."""
        self._random.seed(number)
        self._id_count = number * _IDS_PER_REQUEST

    def uuid7(self) -> UUID:
        """Return a new id that sorts after all earlier ones."""
        self._id_count += 1
        return UUID(int=self.milliseconds << 80 | 7 << 76 | 2 << 62 | self._id_count)

    def token_bytes(self, size: int | None = None) -> bytes:
        """Return random bytes; replaces `secrets.token_bytes`."""
        return self._random.randbytes(size or 32)

    def choice(self, values: Any) -> Any:
        """Return a random value; replaces `secrets.choice`."""
        return self._random.choice(values)

    def randbelow(self, bound: int) -> int:
        """Return a random number; replaces `secrets.randbelow`."""
        return self._random.randrange(bound)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the sources of ids and random values; enter this before `django.setup()`."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(uuid_utils.compat, "uuid7", self.uuid7))
            for name in ("token_bytes", "choice", "randbelow"):
                stack.enter_context(patch.object(secrets, name, getattr(self, name)))
            yield


@contextmanager
def stopped_clock(instant: datetime) -> Iterator[None]:
    """Stop the clock at an instant while the block runs."""
    with time_machine.travel(instant, tick=False):
        yield


class Placeholders:
    """Placeholders for values created while recording, numbered by first appearance."""

    def __init__(self, milliseconds: int) -> None:
        digits = f"{milliseconds:012x}".encode()
        dashed = rb"%s-%s-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}" % (digits[:8], digits[8:])
        plain = rb"%s7[0-9a-f]{19}" % digits
        self._id = re.compile(dashed + b"|" + plain)
        self._names: dict[bytes, bytes] = {}

    def apply(self, content: bytes, *, metrics: bool = False) -> bytes:
        """Return the content with placeholders for ids, secrets, cookies and metric values."""
        content = self._id.sub(self._replace_id, content)
        content = _SECRET.sub(self._replace_secret, content)
        content = _CSRF.sub(rb"\1<csrf>", content)
        content = _COOKIE.sub(rb"\1=<cookie>", content)
        if metrics:
            content = _LENGTH.sub(b"", _METRIC.sub(rb"\1 <number>", content))
        return content

    def _replace_id(self, match: re.Match[bytes]) -> bytes:
        text = match.group()
        return self._placeholder("id", text.replace(b"-", b"")) + (b"" if b"-" in text else b"hex")

    def _replace_secret(self, match: re.Match[bytes]) -> bytes:
        return self._placeholder("secret", match.group())

    def _placeholder(self, kind: str, value: bytes) -> bytes:
        return self._names.setdefault(value, f"<{kind} {len(self._names) + 1}>".encode())
