"""What reads of study results answer, as JSON:API documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.encoding import escape_uri_path
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from analytics.core.logistic import FloatArray
from analytics.core.time_of_day import HOURS
from infra.datetime_format import format_time
from roster.models import User
from study.jsonapi import Fields, Json, document, document_schema, resource, schema_for
from study.selectors import ItemProgress, Page, Review, ReviewPage, SetProgress
from study.serializers.asking import NUMBER, SIZE
from study.serializers.items import (
    DIFFICULTY_FIELDS,
    LEARNING_ITEM,
    LEARNING_ITEMS,
    difficulty_attributes,
    item_attributes,
    item_path,
)

DECIMALS = 4
_DAY = timedelta(days=1)


# What to study.


def reviews_document(request: Request, told: ReviewPage, page: Page) -> Json:
    """Write a part of what to study, with the way to the other parts."""
    pages = -(-told.count // page.size)
    return document(
        [_review_resource(review) for review in told.reviews],
        meta={"total-pages": pages, "total-count": told.count},
        links=_links(request, page, last=max(1, pages)),
    )


def _review_resource(review: Review) -> Json:
    item = review.item
    attributes = item_attributes(
        item,
        getattr(item, "learning_item", None),
        readiness=round(review.readiness, DECIMALS),
        see_next_at=review.due,
    )
    return resource(LEARNING_ITEMS, item.guid, attributes, item_path(item))


def _links(request: Request, page: Page, *, last: int) -> Json:
    def to(number: int) -> str:
        query = request.query_params.copy()
        query[NUMBER], query[SIZE] = str(number), str(page.size)
        return _path(request, query.urlencode())

    return {
        "self": to(page.number),
        "first": to(1),
        "last": to(last),
        "prev": to(min(page.number - 1, last)) if page.number > 1 else None,
        "next": to(page.number + 1) if page.number < last else None,
    }


def _path(request: Request, query: str) -> str:
    return f"{escape_uri_path(request.path.rstrip('/'))}?{query}"


_LINKS: Fields = dict.fromkeys(
    ("self", "first", "last", "prev", "next"), serializers.CharField(allow_null=True)
)
_COUNTS: Fields = dict.fromkeys(("total-pages", "total-count"), serializers.IntegerField())
REVIEWS = document_schema(
    "Reviews",
    serializers.ListSerializer(child=LEARNING_ITEM),
    meta=inline_serializer("ReviewsMeta", _COUNTS),
    links=inline_serializer("ReviewsLinks", _LINKS),
)


# How a learner gets on: each is told of at the path it was asked for.


def hours_document(request: Request, learner: User, hours: FloatArray) -> Json:
    """Write the efficiency to expect at each hour of UTC."""
    by_hour = {str(hour): round(float(share), DECIMALS) for hour, share in enumerate(hours)}
    return _stats(request, "user", f"{learner.pk}", {"predicted-efficiency-by-hour": by_hour})


def set_document(request: Request, learner: User, told: SetProgress) -> Json:
    """Write how far a learner is with a set."""
    attributes = {
        "readiness": None if told.readiness is None else round(told.readiness, DECIMALS),
        "items-count": told.items,
        "studied-count": told.studied,
        "due-count": told.due,
    }
    return _stats(request, "set", f"{learner.pk}-{told.study_set}", attributes)


def item_document(request: Request, learner: User, told: ItemProgress) -> Json:
    """Write how far a learner is with an item."""
    memory, interval, accuracy = told.memory, told.interval, told.accuracy
    attributes = {
        "readiness": round(told.readiness, DECIMALS),
        **difficulty_attributes(told.item),
        "accuracy": None if accuracy is None else round(accuracy, DECIMALS),
        "presentations-count": memory.reviews if memory else 0,
        "total-study-time-millis": round(memory.seconds * 1000) if memory else 0,
        "last-study-time": format_time(memory.last_review) if memory else None,
        "see-next-at": format_time(memory.due) if memory else None,
        "review-interval": None if interval is None else round(interval / _DAY, DECIMALS),
    }
    return _stats(request, "item", f"{learner.pk}-{told.item.guid}", attributes)


def _stats(request: Request, of: str, key: str, attributes: Json) -> Json:
    path = _path(request, request.query_params.urlencode())
    return document(resource(f"{of}-learning-stats", key, attributes, path))


def _described(of: str, attributes: Fields) -> Any:
    resource = schema_for(f"{of}-learning-stats", attributes)
    return document_schema(f"{of.capitalize()}LearningStats", resource)


_BY_HOUR: Fields = {
    str(hour): serializers.FloatField(min_value=0, max_value=1) for hour in range(HOURS)
}
HOURS_STATS = _described(
    "user", {"predicted-efficiency-by-hour": inline_serializer("EfficiencyByHour", _BY_HOUR)}
)
SET_STATS = _described(
    "set",
    {
        "readiness": serializers.FloatField(min_value=0, max_value=1, allow_null=True),
        "items-count": serializers.IntegerField(),
        "studied-count": serializers.IntegerField(),
        "due-count": serializers.IntegerField(),
    },
)
ITEM_STATS = _described(
    "item",
    {
        "readiness": serializers.FloatField(min_value=0, max_value=1),
        **DIFFICULTY_FIELDS,
        "accuracy": serializers.FloatField(min_value=0, max_value=1, allow_null=True),
        "presentations-count": serializers.IntegerField(),
        "total-study-time-millis": serializers.IntegerField(),
        "last-study-time": serializers.DateTimeField(allow_null=True),
        "see-next-at": serializers.DateTimeField(allow_null=True),
        "review-interval": serializers.FloatField(
            allow_null=True, help_text="Days from the last review to the next."
        ),
    },
)
