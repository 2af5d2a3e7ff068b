"""Bodies that hold many study results: a JSON array, or a line for each."""

from __future__ import annotations

from typing import Any

from analytics.parsers import AnswerLinesParser, AnswersParser
from study.commands import StudyResult
from study.jsonapi import MEDIA_TYPE
from study.serializers.recording import parse_result


class ResultsParser(AnswersParser):
    """Read a JSON array of results."""

    def read(self, data: Any) -> StudyResult:
        """Read one of them."""
        return parse_result(data)


class ResultsApiParser(ResultsParser):
    """Read the same from clients that call it JSON:API."""

    media_type = MEDIA_TYPE


class ResultLinesParser(AnswerLinesParser):
    """Read results line by line: NDJSON."""

    def read(self, data: Any) -> StudyResult:
        """Read one of them."""
        return parse_result(data)
