"""Parsers of request bodies with many study results: a JSON array, or NDJSON."""

from __future__ import annotations

from typing import Any

from analytics.parsers import AnswerLinesParser, AnswersParser
from study.commands import StudyResult
from study.jsonapi import MEDIA_TYPE
from study.serializers.recording import parse_result


class ResultsParser(AnswersParser):
    """Parse a JSON array of results."""

    def read(self, data: Any) -> StudyResult:
        """Parse one result."""
        return parse_result(data)


class ResultsApiParser(ResultsParser):
    """Parse the same body with the media type of JSON:API."""

    media_type = MEDIA_TYPE


class ResultLinesParser(AnswerLinesParser):
    """Parse NDJSON, one result a line."""

    def read(self, data: Any) -> StudyResult:
        """Parse one result."""
        return parse_result(data)
