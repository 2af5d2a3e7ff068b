"""Parsers of request bodies with many answers: a JSON array, or NDJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any, ClassVar

from django.conf import settings
from rest_framework.parsers import BaseParser

from analytics.commands import TrackedAnswer
from analytics.serializers.batch import Batch, require_array
from infra.api.bodies import parse
from infra.api.parsers import JsonBodyParser, charge_body, load_json, read_lines


class AnswersParser(JsonBodyParser):
    """Parse a JSON array of answers."""

    model: ClassVar[type[Any]] = TrackedAnswer

    @property
    def limit(self) -> int:
        """The maximum size of the body in bytes."""
        return int(settings.MAX_BULK_BYTES)

    def load(self, raw: bytes) -> Any:
        """Return the answers as a `Batch`; a body that is not an array is an error (400)."""
        digest = sha256(raw).hexdigest()
        rows = require_array(super().load(raw))
        return Batch.read(rows, lambda row: parse(row, self.model), lambda: digest)


class AnswerLinesParser(BaseParser):
    """Parse NDJSON, one answer a line; at most one block is in memory at a time."""

    media_type = "application/x-ndjson"
    model: ClassVar[type[Any]] = TrackedAnswer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the answers as a `Batch`; a line that is not JSON becomes a rejected row."""
        digest = sha256()

        def hashed_lines() -> Iterator[bytes]:
            size = lines = 0
            for line in read_lines(
                stream,
                settings.MAX_BULK_BYTES,
                max_line_length=settings.MAX_BODY_BYTES,
                content_length=_content_length(parser_context),
            ):
                digest.update(line)
                digest.update(b"\n")
                size, lines = size + len(line), lines + 1
                yield line
            charge_body(parser_context, size, objects=lines)

        return Batch.read(
            hashed_lines(), lambda line: parse(load_json(line), self.model), digest.hexdigest
        )


def _content_length(context: Mapping[str, Any] | None) -> int:
    """Return the body's Content-Length header, 0 without one."""
    request = (context or {})["request"]
    return int(request.META.get("CONTENT_LENGTH") or 0)
