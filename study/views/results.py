"""Views that record study results."""

from __future__ import annotations

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.serializers import query_params
from analytics.serializers.batch import Batch
from analytics.services import RecordedAnswer
from infra.api.body_schemas import array_schema
from infra.api.idempotency.decorators import idempotent_in_chunks, idempotent_in_groups
from infra.db.group_commit import Finish
from roster.models import ApiKey, User
from study import services
from study.commands import StudyResult
from study.examples import RESULT, RESULTS, STUDIED
from study.jsonapi import MEDIA_TYPE, decode
from study.parsers import ResultLinesParser, ResultsApiParser, ResultsParser
from study.serializers.batch import OUTCOMES, PENDING, studies_body
from study.views.base import JsonApiView
from study.views.stats import ReviewsView


class StudyView(ReviewsView):
    """A learner's review queue, and the recording of results."""

    @extend_schema(examples=[RESULT], request=StudyResult, responses={202: PENDING, 204: None})
    @idempotent_in_groups
    def post(self, request: Request, *, finish: Finish[RecordedAnswer] | None) -> RecordedAnswer:
        """Record the result of a learner studying an item."""
        result = decode(request.data, StudyResult)
        return services.study_result(result, actor=self.actor, at=timezone.now(), finish=finish)

    def respond(self, result: RecordedAnswer) -> Response:
        """Return 202 if the estimates do not include the result yet."""
        self.learner_id = result.learner_id
        if result.recompute_pending:
            return Response({"meta": {"recompute_pending": True}}, status=202)
        return Response(status=204)


class ResultsView(JsonApiView):
    parser_classes = [ResultsParser, ResultsApiParser, ResultLinesParser]

    def body_for_fingerprint(self, request: Request) -> str:
        """Return the digest of the body."""
        return Batch.of(request.data).digest

    @extend_schema(
        examples=[RESULTS, STUDIED],
        parameters=[query_params.RESULTS],
        request={
            "application/json": array_schema(StudyResult),
            MEDIA_TYPE: array_schema(StudyResult),
            "application/x-ndjson": {"type": "string", "format": "binary"},
        },
        responses=OUTCOMES,
    )
    @idempotent_in_chunks
    def post(self, request: Request) -> Response:
        """Record up to 10,000 results; rows that cannot be recorded are reported by position."""
        every = query_params.parse_every_result(request)
        batch = Batch.of(request.data)
        outcomes = services.study_results(
            batch.rows(self.request_name),
            actor=cast("ApiKey | User", request.user),
            at=timezone.now(),
        )
        return Response(studies_body(batch, outcomes, every=every))
