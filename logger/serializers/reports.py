"""The response body of the report of a lesson or quiz (contract 4.5)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from infra.api.fields import HexUUIDField, TimeField
from logger.reports import Report, Status


class ReportedLearnerSerializer(serializers.Serializer[Any]):
    """A learner of a report."""

    id = HexUUIDField()
    username = serializers.CharField(allow_null=True)
    full_name = serializers.CharField()


class ReportedContentSerializer(serializers.Serializer[Any]):
    """A content of a report; `title` is null if the catalogue has none."""

    id = HexUUIDField()
    title = serializers.CharField(allow_null=True)


class ReportCellSerializer(serializers.Serializer[Any]):
    """The work of one learner on one content."""

    user_id = HexUUIDField()
    content_id = HexUUIDField()
    status = serializers.ChoiceField(choices=[status.value for status in Status])
    tries = serializers.IntegerField()
    time_spent = serializers.FloatField()
    last_activity = TimeField(allow_null=True)


class ReportSerializer(serializers.Serializer[Report]):
    """The report of a lesson or quiz."""

    learners = ReportedLearnerSerializer(many=True)
    contents = ReportedContentSerializer(many=True)
    cells = ReportCellSerializer(many=True)


def report_body(report: Report) -> dict[str, Any]:
    """Return the body of a report."""
    contents = [{"id": key, "title": title} for key, title in report.contents.items()]
    shown = {"learners": report.learners, "contents": contents, "cells": report.cells}
    body: dict[str, Any] = ReportSerializer(shown).data  # type: ignore[arg-type]
    return body
