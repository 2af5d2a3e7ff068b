"""Views of `/api/v1`: each translates, makes one call, and translates back."""

from __future__ import annotations

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import services
from analytics.examples import TRACKED, TRACKING
from analytics.serializers.answers import (
    MasteryChangeSerializer,
    TrackAnswerSerializer,
    change_body,
)
from analytics.serializers.envelope import envelope, enveloped
from roster.models import Actor
from roster.once import RecordingView, once


def actor_of(request: Request) -> Actor:
    """Return whoever calls: a person or a key; guests have been turned away."""
    return cast("Actor", request.user)


class TrackAnswerView(RecordingView):
    @extend_schema(
        examples=[TRACKING, TRACKED],
        request=TrackAnswerSerializer,
        responses=enveloped("TrackedAnswer", MasteryChangeSerializer()),
    )
    @once
    def post(self, request: Request) -> Response:
        """Track one answer: move everything that is believed of the learner at the skill."""
        serializer = TrackAnswerSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        tracked = services.track_answer(
            serializer.command(), actor=actor_of(request), at=timezone.now()
        )
        self.learner_id = tracked.learner_id
        return Response(
            envelope(change_body(tracked.change), "Learning event tracked successfully")
        )
