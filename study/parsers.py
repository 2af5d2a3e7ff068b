"""Parsers of request bodies with many study results: a JSON array, or NDJSON."""

from __future__ import annotations

from analytics.parsers import AnswerLinesParser, AnswersParser
from study.commands import StudyResult
from study.jsonapi import MEDIA_TYPE


class ResultsParser(AnswersParser):
    """Parse a JSON array of results."""

    model = StudyResult


class ResultsApiParser(ResultsParser):
    """Parse the same body with the media type of JSON:API."""

    media_type = MEDIA_TYPE


class ResultLinesParser(AnswerLinesParser):
    """Parse NDJSON, one result a line."""

    model = StudyResult
