"""Views of `/api/v1`: each parses the request, makes one call and writes the response."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import selectors, services
from analytics.commands import TrackedAnswer
from analytics.examples import TRACKED, TRACKED_MANY, TRACKING, TRACKING_MANY
from analytics.parsers import AnswerLinesParser, AnswersParser
from analytics.serializers import query_params
from analytics.serializers.answers import (
    MasteryChangeSerializer,
    change_body,
)
from analytics.serializers.batch import Batch, CountsSerializer, RowOutcomeSerializer, bulk_body
from analytics.serializers.envelope import envelope, envelope_schema
from analytics.serializers.insights import (
    PointSerializer,
    PredictionsSerializer,
    SkillEstimateSerializer,
    VelocitySerializer,
    point_body,
    predictions_body,
    skill_estimate_body,
    velocity_body,
)
from analytics.serializers.model_quality import QualitySerializer, quality_body
from analytics.serializers.next_steps import NextStepsSerializer, next_steps_body
from analytics.services import TrackResult
from infra.api.bodies import decode
from infra.api.body_schemas import array_schema
from infra.api.idempotency.decorators import idempotent_in_chunks, idempotent_in_groups
from infra.api.pagination import ListPagination
from infra.db.compiled_lists import CompiledRows
from infra.db.group_commit import Finish
from roster.api.recording import RecordingView
from roster.models import Actor, ApiKey, User


def actor_of(request: Request) -> Actor:
    """Return the caller, a person or a key; guests have been rejected before."""
    return cast("Actor", request.user)


class TrackAnswerView(RecordingView):
    @extend_schema(
        examples=[TRACKING, TRACKED],
        request=TrackedAnswer,
        responses=envelope_schema("TrackedAnswer", MasteryChangeSerializer()),
    )
    @idempotent_in_groups
    def post(self, request: Request, *, finish: Finish[TrackResult] | None) -> TrackResult:
        """Track one answer and update the learner's estimates at the skill."""
        answer = decode(request.data, TrackedAnswer)
        return services.track_answer(
            answer, actor=actor_of(request), at=timezone.now(), finish=finish
        )

    def respond(self, result: TrackResult) -> Response:
        """Return the change of mastery."""
        self.learner_id = result.learner_id
        return Response(envelope(change_body(result.change), "Learning event tracked successfully"))


class TrackAnswersView(RecordingView):
    parser_classes = [AnswersParser, AnswerLinesParser]

    def body_for_fingerprint(self, request: Request) -> str:
        """Return the digest of the body."""
        return Batch.of(request.data).digest

    @extend_schema(
        examples=[TRACKING_MANY, TRACKED_MANY],
        parameters=[query_params.RESULTS],
        request={
            "application/json": array_schema(TrackedAnswer),
            "application/x-ndjson": {"type": "string", "format": "binary"},
        },
        responses=inline_serializer(
            "TrackedAnswers",
            {
                "success": serializers.BooleanField(),
                "data": CountsSerializer(),
                "results": RowOutcomeSerializer(many=True),
                "message": serializers.CharField(),
            },
        ),
    )
    @idempotent_in_chunks
    def post(self, request: Request) -> Response:
        """Track up to 10,000 answers; rows that cannot be recorded are reported by position."""
        every = query_params.parse_every_result(request)
        batch = Batch.of(request.data)
        outcomes = services.record_many(
            batch.rows(self.request_name),
            actor=cast("ApiKey | User", request.user),
            at=timezone.now(),
        )
        return Response(bulk_body(batch, outcomes, every=every))


class VelocityView(APIView):
    @extend_schema(
        parameters=[query_params.DAYS, query_params.SKILL],
        responses=envelope_schema("VelocityAnswer", VelocitySerializer()),
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Return how fast a learner improves."""
        days, skill = query_params.parse_days(request), query_params.parse_name(request, "skill_id")
        learner = selectors.readable_learner(actor_of(request), user_id)
        summary = selectors.get_velocity_summary(learner, days=days, skill=skill, at=timezone.now())
        return Response(envelope(velocity_body(summary), "Velocity retrieved successfully"))


class PredictionsView(APIView):
    @extend_schema(
        parameters=[query_params.DAYS, query_params.TARGET],
        responses=envelope_schema("PredictionsAnswer", PredictionsSerializer()),
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Predict a learner's scores and the mastery of each skill."""
        days, target = query_params.parse_days(request), query_params.parse_target(request)
        learner = selectors.readable_learner(actor_of(request), user_id)
        predictions = selectors.get_predictions(
            learner, days=days, target=target, at=timezone.now()
        )
        return Response(
            envelope(predictions_body(predictions), "Predictions retrieved successfully")
        )


class NextStepsView(APIView):
    @extend_schema(
        parameters=[query_params.COUNT],
        responses=envelope_schema("NextStepsAnswer", NextStepsSerializer()),
    )
    def get(self, request: Request, user_id: str) -> Response:
        """Recommend skills and items to practise next."""
        count = query_params.parse_count(request)
        learner = selectors.readable_learner(actor_of(request), user_id)
        steps = selectors.get_next_steps(learner, count=count, at=timezone.now())
        return Response(envelope(next_steps_body(steps), "Recommendations retrieved successfully"))


class ModelQualityView(APIView):
    @extend_schema(
        parameters=[query_params.DAYS],
        responses=envelope_schema("ModelQualityAnswer", QualitySerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        """Measure the predictions and alerts of the last days, by facility and skill."""
        days = query_params.parse_days(request)
        rows = selectors.get_model_quality(actor_of(request), days=days, at=timezone.now())
        bodies = [quality_body(row) for row in rows]
        return Response(envelope(bodies, "Model quality retrieved successfully"))


class _EnvelopedListView(GenericAPIView[Any]):
    """A list view with its array, page or cursor as the `data` of an envelope."""

    filter_backends = []

    def page(self, rows: CompiledRows, tag_data: Any = None) -> list[Any]:
        """Return the rows of the requested page; `tag_data` are other data of the response."""
        cast("ListPagination", self.paginator).tag_data = tag_data
        return self.paginate_queryset(rows) or []  # type: ignore[arg-type]

    def respond(self, bodies: Iterable[Any], message: str) -> Response:
        """Return the response of these bodies in an envelope."""
        response = self.get_paginated_response(list(bodies))
        response.data = envelope(response.data, message)
        return response


class SkillEstimatesView(_EnvelopedListView):
    serializer_class = SkillEstimateSerializer

    @extend_schema(parameters=[query_params.ITEM], responses=SkillEstimateSerializer(many=True))
    def get(self, request: Request, user_id: str) -> Response:
        """List a learner's estimates at each skill, last practised first."""
        code = query_params.parse_name(request, "item_id")
        learner = selectors.readable_learner(actor_of(request), user_id)
        item = selectors.find_answered_item(learner, code)
        states = self.page(selectors.list_states(learner), item and item.difficulty)
        estimates = selectors.get_skill_estimates(states, at=timezone.now(), item=item)
        return self.respond(map(skill_estimate_body, estimates), "Mastery retrieved successfully")


class LearningCurveView(_EnvelopedListView):
    serializer_class = PointSerializer

    @extend_schema(responses=PointSerializer(many=True))
    def get(self, request: Request, user_id: str, skill_id: str) -> Response:
        """List a learner's answers at one skill in the order in which they happened."""
        learner = selectors.readable_learner(actor_of(request), user_id)
        skill = selectors.get_skill(learner, skill_id)
        points = self.page(selectors.get_learning_curve(learner, skill))
        return self.respond(map(point_body, points), "History retrieved successfully")
