"""Fields that coerce as Kolibri does, and serializers shared by sessions and logs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from infra.api.fields import HexUUIDField
from logger.mastery import MAX_N, Criterion, MasteryType
from logger.selectors import Row

MAX_SECONDS = 10_000_000


class FiniteFloatField(serializers.FloatField):
    """A number coerced as in Kolibri (`"0.5"`, `true`), but never NaN or infinite."""

    def to_internal_value(self, data: Any) -> float:
        """Return a finite number."""
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


def share_field(**kwargs: Any) -> FiniteFloatField:
    """Return a field for a number in [0, 1]."""
    return FiniteFloatField(min_value=0, max_value=1, **kwargs)


def seconds_field(**kwargs: Any) -> FiniteFloatField:
    """Return a field for a duration in seconds."""
    return FiniteFloatField(min_value=0, max_value=MAX_SECONDS, **kwargs)


class ObjectField(serializers.DictField):
    """A JSON object, stored unchanged."""


class ShortListField(serializers.ListField):
    """A list whose length is checked before its children."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Refuse a list that is too long before its children are validated."""
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            message = self.error_messages["max_length"].format(max_length=self.max_length)
            raise ValidationError(message, code="max_length")
        return super().to_internal_value(data)


class MasteryModelSerializer(serializers.Serializer[Any]):
    """The mastery model of an exercise; clients cannot set `coach_assigned`."""

    type = serializers.ChoiceField(choices=[kind.value for kind in MasteryType])
    m = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)
    n = serializers.IntegerField(min_value=0, max_value=MAX_N, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a criterion that cannot be met."""
        try:
            Criterion.of(attrs)
        except ValueError:
            message = "m_of_n needs integers m and n with 1 ≤ m ≤ n."
            raise ValidationError({name: [message] for name in ("m", "n")}) from None
        return attrs


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


class MasteryCriterionSerializer(MasteryModelSerializer):
    """The criterion a try started with."""

    coach_assigned = serializers.BooleanField(required=False)


def past_attempt_body(row: Mapping[str, Any]) -> Row:
    """Return the body of an attempt with its eight fields."""
    return {**row, "id": row["id"].hex}
