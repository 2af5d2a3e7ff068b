"""Response bodies of tries and attempts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from infra.api.fields import HexUUIDField
from logger.selectors import Row, TryDiff
from logger.serializers.shapes import (
    MasteryCriterionSerializer,
    ObjectField,
    PastAttemptSerializer,
)


class TotalProgressSerializer(serializers.Serializer[Any]):
    """The number of contents a learner completed."""

    id = HexUUIDField()
    progress = serializers.IntegerField()


class TrySerializer(serializers.Serializer[Any]):
    """One try."""

    id = HexUUIDField()
    mastery_criterion = MasteryCriterionSerializer()
    mastery_level = serializers.IntegerField()
    start_timestamp = serializers.DateTimeField()
    end_timestamp = serializers.DateTimeField()
    completion_timestamp = serializers.DateTimeField(allow_null=True)
    complete = serializers.BooleanField()
    correct = serializers.IntegerField()
    time_spent = serializers.FloatField()

    def to_representation(self, instance: Row) -> Row:
        """Return the body of a row of `values(*TRY)`."""
        return try_body(instance)


class AttemptSerializer(PastAttemptSerializer):
    """One attempt with all its fields."""

    start_timestamp = serializers.DateTimeField()
    end_timestamp = serializers.DateTimeField()
    completion_timestamp = serializers.DateTimeField(allow_null=True)
    simple_answer = serializers.CharField(allow_blank=True)
    interaction_history = serializers.ListField(child=ObjectField())
    user = HexUUIDField(allow_null=True)
    masterylog = HexUUIDField(allow_null=True)
    sessionlog = HexUUIDField()

    def to_representation(self, instance: Row) -> Row:
        """Return the body of a row of `values(*ATTEMPT)`."""
        return attempt_body(instance)


class ScoreChangeSerializer(serializers.Serializer[Any]):
    """The change of the score since the previous try at the same item."""

    correct = serializers.FloatField(allow_null=True)


class ComparedAttemptSerializer(AttemptSerializer):
    """One attempt, compared with the previous try."""

    diff = ScoreChangeSerializer()


class TryChangeSerializer(serializers.Serializer[Any]):
    """The change of a try since the previous one."""

    correct = serializers.IntegerField()
    time_spent = serializers.FloatField()


class TryDiffSerializer(TrySerializer):
    """One try, compared with the previous one."""

    diff = TryChangeSerializer(allow_null=True)
    attemptlogs = ComparedAttemptSerializer(many=True)


def _hex(key: UUID | None) -> str | None:
    return key.hex if key else None


def try_body(row: Row) -> Row:
    """Return the body of a try."""
    return {**row, "id": row["id"].hex}


def attempt_body(row: Row) -> Row:
    """Return the body of an attempt with its sixteen fields."""
    body = {
        **row,
        "id": row["id"].hex,
        "user": _hex(row["user"]),
        "masterylog": _hex(row["mastery_log"]),
        "sessionlog": row["session"].hex,
    }
    del body["mastery_log"], body["session"]
    return body


def diff_body(diff: TryDiff) -> Row:
    """Return the body of a try compared with the previous one."""
    change = {"correct": diff.correct, "time_spent": diff.time_spent} if diff.previous else None
    return {
        **try_body(diff.target),
        "diff": change,
        "attemptlogs": [
            {**attempt_body(row), "diff": {"correct": score}} for row, score in diff.attempts
        ],
    }
