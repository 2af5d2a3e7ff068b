"""Attributes of learning items in `/v3`."""

from __future__ import annotations

from datetime import datetime
from math import sqrt

from rest_framework import serializers

from analytics.core.difficulty import is_known
from analytics.models import Item
from infra.datetime_format import format_time
from study.jsonapi import Fields, Json, schema_for
from study.models import LearningItem

LEARNING_ITEMS = "learning-items"

DIFFICULTY_FIELDS: Fields = {
    "difficulty": serializers.FloatField(allow_null=True),
    "difficulty-sd": serializers.FloatField(allow_null=True),
}
LEARNING_ITEM = schema_for(
    LEARNING_ITEMS,
    {
        "created-at": serializers.DateTimeField(),
        "question": serializers.CharField(allow_null=True),
        "answer": serializers.CharField(allow_null=True),
        "learning-engine-guid": serializers.UUIDField(),
        "item-id": serializers.CharField(allow_null=True),
        "readiness": serializers.FloatField(min_value=0, max_value=1, allow_null=True),
        "see-next-at": serializers.DateTimeField(allow_null=True),
        **DIFFICULTY_FIELDS,
    },
)


def item_attributes(
    item: Item,
    learning_item: LearningItem | None,
    *,
    readiness: float | None = None,
    see_next_at: datetime | None = None,
) -> Json:
    """Return the attributes of an item; `learning_item` None: it is in no set."""
    return {
        "created-at": format_time(learning_item.created_at if learning_item else item.created_at),
        "question": learning_item.question if learning_item else None,
        "answer": learning_item.answer if learning_item else None,
        "learning-engine-guid": str(item.guid),
        "item-id": item.code,
        "readiness": readiness,
        "see-next-at": see_next_at and format_time(see_next_at),
        **difficulty_attributes(item),
    }


def difficulty_attributes(item: Item) -> Json:
    """Return the difficulty of an item in logits; null until there are enough answers."""
    if not is_known(item.difficulty):
        return {"difficulty": None, "difficulty-sd": None}
    beside = item.skill.difficulty_mean if item.skill else 0.0
    return {
        "difficulty": round(beside + item.difficulty_mean, 4),
        "difficulty-sd": round(sqrt(item.difficulty_variance), 4),
    }


def item_path(item: Item) -> str:
    """Return the path of the URL of an item."""
    return f"/v3/learning_items/{item.guid}"
