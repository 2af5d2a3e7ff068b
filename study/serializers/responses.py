"""Response documents of the review queue and of learning statistics."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from analytics.core.logistic import FloatArray
from analytics.core.time_of_day import HOURS
from infra.api.paths import url_path
from infra.datetime_format import format_time
from roster.models import User
from study.jsonapi import Fields, Json, document, document_schema, resource, schema_for
from study.selectors import ItemProgress, Page, Review, ReviewPage, SetProgress
from study.serializers.items import (
    DIFFICULTY_FIELDS,
    LEARNING_ITEM,
    LEARNING_ITEMS,
    difficulty_attributes,
    item_attributes,
    item_path,
)
from study.serializers.query_params import NUMBER, SIZE

DECIMALS = 4
_DAY = timedelta(days=1)


def reviews_document(request: Request, queue: ReviewPage, page: Page) -> Json:
    """Return one page of the review queue, with links to the other pages."""
    pages = -(-queue.count // page.size)
    return document(
        [_review_resource(review) for review in queue.reviews],
        meta={"total-pages": pages, "total-count": queue.count},
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
    def link_to(number: int) -> str:
        query = request.query_params.copy()
        query[NUMBER], query[SIZE] = str(number), str(page.size)
        return _path(request, query.urlencode())

    return {
        "self": link_to(page.number),
        "first": link_to(1),
        "last": link_to(last),
        "prev": link_to(min(page.number - 1, last)) if page.number > 1 else None,
        "next": link_to(page.number + 1) if page.number < last else None,
    }


def _path(request: Request, query: str) -> str:
    return f"{url_path(request._request)}?{query}"


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


def hours_document(request: Request, learner: User, hours: FloatArray) -> Json:
    """Return the efficiency to expect at each hour of UTC."""
    by_hour = {str(hour): round(float(share), DECIMALS) for hour, share in enumerate(hours)}
    return _stats_document(
        request, "user", f"{learner.pk}", {"predicted-efficiency-by-hour": by_hour}
    )


def set_document(request: Request, learner: User, progress: SetProgress) -> Json:
    """Return a learner's progress in a set."""
    attributes = {
        "readiness": None if progress.readiness is None else round(progress.readiness, DECIMALS),
        "items-count": progress.items,
        "studied-count": progress.studied,
        "due-count": progress.due,
    }
    return _stats_document(request, "set", f"{learner.pk}-{progress.study_set}", attributes)


def item_document(request: Request, learner: User, progress: ItemProgress) -> Json:
    """Return a learner's progress with an item."""
    memory, interval, accuracy = progress.memory, progress.interval, progress.accuracy
    attributes = {
        "readiness": round(progress.readiness, DECIMALS),
        **difficulty_attributes(progress.item),
        "accuracy": None if accuracy is None else round(accuracy, DECIMALS),
        "presentations-count": memory.reviews if memory else 0,
        "total-study-time-millis": round(memory.seconds * 1000) if memory else 0,
        "last-study-time": format_time(memory.last_review) if memory else None,
        "see-next-at": format_time(memory.due) if memory else None,
        "review-interval": None if interval is None else round(interval / _DAY, DECIMALS),
    }
    return _stats_document(request, "item", f"{learner.pk}-{progress.item.guid}", attributes)


def _stats_document(request: Request, of: str, key: str, attributes: Json) -> Json:
    path = _path(request, request.query_params.urlencode())
    return document(resource(f"{of}-learning-stats", key, attributes, path))


def _stats_schema(of: str, attributes: Fields) -> Any:
    resource_schema = schema_for(f"{of}-learning-stats", attributes)
    return document_schema(f"{of.capitalize()}LearningStats", resource_schema)


_BY_HOUR: Fields = {
    str(hour): serializers.FloatField(min_value=0, max_value=1) for hour in range(HOURS)
}
HOURS_STATS = _stats_schema(
    "user", {"predicted-efficiency-by-hour": inline_serializer("EfficiencyByHour", _BY_HOUR)}
)
SET_STATS = _stats_schema(
    "set",
    {
        "readiness": serializers.FloatField(min_value=0, max_value=1, allow_null=True),
        "items-count": serializers.IntegerField(),
        "studied-count": serializers.IntegerField(),
        "due-count": serializers.IntegerField(),
    },
)
ITEM_STATS = _stats_schema(
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
