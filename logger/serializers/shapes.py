"""Parts of responses that sessions and logs share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from infra.api.fields import HexUUIDField
from logger.mastery import MAX_N, MasteryType
from logger.selectors import Row


class ObjectField(serializers.DictField):
    """A JSON object, stored unchanged."""


class PastAttemptSerializer(serializers.Serializer[Any]):
    """An attempt in the response of a session."""

    id = HexUUIDField()
    correct = serializers.FloatField()
    complete = serializers.BooleanField()
    hinted = serializers.BooleanField()
    error = serializers.BooleanField()
    item = serializers.CharField()
    answer = ObjectField(allow_null=True)
    time_spent = serializers.FloatField()


class MasteryCriterionSerializer(serializers.Serializer[Any]):
    """The criterion a try started with."""

    type = serializers.ChoiceField(choices=[kind.value for kind in MasteryType])
    m = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)
    n = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)
    coach_assigned = serializers.BooleanField(required=False)


def past_attempt_body(row: Mapping[str, Any]) -> Row:
    """Return the body of an attempt with its eight fields."""
    return {**row, "id": row["id"].hex}
