"""Bodies that hold many answers: a JSON array, or a line for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from analytics.serializers.batch import Batch, array
from analytics.serializers.reading import parse_answer
from infra.api.parsers import JsonBodyParser, load_json, read_lines


class AnswersParser(JsonBodyParser):
    """Read a JSON array of answers."""

    @property
    def limit(self) -> int:
        """The most bytes many answers may have."""
        return int(settings.MAX_BULK_BYTES)

    def load(self, raw: bytes) -> Any:
        """Return the answers; 400 where the body is no array at all."""
        digest = sha256(raw).hexdigest()
        return Batch.read(array(super().load(raw)), self.read, lambda: digest)

    def read(self, data: Any) -> Any:
        """Read one of them."""
        return parse_answer(data)


class AnswerLinesParser(BaseParser):
    """Read answers line by line: NDJSON, of which no more than a block is held at a time."""

    media_type = "application/x-ndjson"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the answers; a line that is no JSON is a rejected row."""
        body = sha256()

        def seen() -> Iterator[bytes]:
            for line in read_lines(
                stream,
                settings.MAX_BULK_BYTES,
                max_line_length=settings.MAX_BODY_BYTES,
                content_length=_length(parser_context),
            ):
                body.update(line)
                body.update(b"\n")
                yield line

        return Batch.read(seen(), lambda line: self.read(load_json(line)), body.hexdigest)

    def read(self, data: Any) -> Any:
        """Read one of them."""
        return parse_answer(data)


def _length(context: Mapping[str, Any] | None) -> int:
    """Return the length of the body as its client announced it."""
    request = (context or {})["request"]
    return int(request.META.get("CONTENT_LENGTH") or 0)
