"""Views of the review queue and of learning statistics."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.serializers.query_params import parse_name
from roster.models import User
from study import selectors
from study.serializers import query_params
from study.serializers.responses import (
    HOURS_STATS,
    ITEM_STATS,
    REVIEWS,
    SET_STATS,
    hours_document,
    item_document,
    reviews_document,
    set_document,
)
from study.views.base import JsonApiView


class StatsView(JsonApiView):
    """Base of views about one learner of the partner in the query."""

    def learner(self, request: Request, name: str) -> User:
        """Return the learner with this id."""
        partner_id = query_params.parse_id(request, "partner_id")
        return selectors.learner_of_partner(self.actor, name, partner_id=partner_id)


class ReviewsView(StatsView):
    @extend_schema(
        parameters=[
            query_params.USER, query_params.PARTNER, query_params.SET,
            query_params.PAGE_SIZE, query_params.PAGE_NUMBER,
        ],
        responses=REVIEWS,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """List the items to study next, best first: due ones, then new ones of a set."""
        query_params.reject_unknown_params(request)
        page, set_id = (
            query_params.parse_page(request),
            parse_name(request, "set_id"),
        )
        learner = self.learner(request, query_params.parse_id(request, "user_id"))
        reviews = selectors.get_review_page(learner, set_id=set_id, page=page, at=timezone.now())
        return Response(reviews_document(request, reviews, page))


class LearnerStatsView(StatsView):
    @extend_schema(parameters=[query_params.PARTNER], responses=HOURS_STATS)
    def get(self, request: Request, user_id: str) -> Response:
        """Return a learner's expected efficiency at each hour of the day."""
        learner = self.learner(request, user_id)
        return Response(hours_document(request, learner, selectors.get_hourly_efficiency(learner)))


class SetStatsView(StatsView):
    @extend_schema(parameters=[query_params.PARTNER], responses=SET_STATS)
    def get(self, request: Request, user_id: str, set_id: str) -> Response:
        """Return a learner's progress in a set."""
        learner = self.learner(request, user_id)
        progress = selectors.get_set_progress(learner, set_id, at=timezone.now())
        return Response(set_document(request, learner, progress))


class ItemStatsView(StatsView):
    @extend_schema(parameters=[query_params.PARTNER], responses=ITEM_STATS)
    def get(self, request: Request, user_id: str, guid: str) -> Response:
        """Return a learner's progress with an item."""
        learner = self.learner(request, user_id)
        progress = selectors.get_item_progress(learner, guid, at=timezone.now())
        return Response(item_document(request, learner, progress))
