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
    """Ids and random values that depend only on the number of the request."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        self.milliseconds = int(instant.timestamp() * 1000)
        self._random = random.Random(0)  # noqa: S311  # nothing here is secret
        self._made = 0

    def begin(self, number: int) -> None:
        """Begin a request."""
        self._random.seed(number)
        self._made = number * _IDS_PER_REQUEST

    def uuid7(self) -> UUID:
        """Return a new id, after all earlier ones."""
        self._made += 1
        return UUID(int=self.milliseconds << 80 | 7 << 76 | 2 << 62 | self._made)

    def token_bytes(self, size: int | None = None) -> bytes:
        """Return bytes as `secrets.token_bytes` does."""
        return self._random.randbytes(size or 32)

    def choice(self, values: Any) -> Any:
        """Return a value as `secrets.choice` does."""
        return self._random.choice(values)

    def randbelow(self, bound: int) -> int:
        """Return a number as `secrets.randbelow` does."""
        return self._random.randrange(bound)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Replace the sources of ids and random values; to be entered before Django is set up."""
        with ExitStack() as stack:
            stack.enter_context(patch.object(uuid_utils.compat, "uuid7", self.uuid7))
            for name in ("token_bytes", "choice", "randbelow"):
                stack.enter_context(patch.object(secrets, name, getattr(self, name)))
            yield


@contextmanager
def stopped_clock(instant: datetime) -> Iterator[None]:
    """Stop the clock."""
    with time_machine.travel(instant, tick=False):
        yield


class Placeholders:
    """Replaces what was made during the recording by names, numbered by first appearance."""

    def __init__(self, milliseconds: int) -> None:
        digits = f"{milliseconds:012x}".encode()
        dashed = rb"%s-%s-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}" % (digits[:8], digits[8:])
        plain = rb"%s7[0-9a-f]{19}" % digits
        self._id = re.compile(dashed + b"|" + plain)
        self._names: dict[bytes, bytes] = {}

    def applied(self, content: bytes, *, metrics: bool = False) -> bytes:
        """Return the content with placeholders."""
        content = self._id.sub(self._id_name, content)
        content = _SECRET.sub(self._secret_name, content)
        content = _CSRF.sub(rb"\1<csrf>", content)
        content = _COOKIE.sub(rb"\1=<cookie>", content)
        if metrics:
            content = _LENGTH.sub(b"", _METRIC.sub(rb"\1 <number>", content))
        return content

    def _id_name(self, found: re.Match[bytes]) -> bytes:
        text = found.group()
        return self._name("id", text.replace(b"-", b"")) + (b"" if b"-" in text else b"hex")

    def _secret_name(self, found: re.Match[bytes]) -> bytes:
        return self._name("secret", found.group())

    def _name(self, kind: str, value: bytes) -> bytes:
        return self._names.setdefault(value, f"<{kind} {len(self._names) + 1}>".encode())
