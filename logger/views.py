"""Views of `/api/logger`: each translates, makes one call, and translates back."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from infra.api.idempotency.decorators import idempotent
from infra.db.keyset import Cursor
from infra.identifiers import parse_uuid
from logger import selectors, services
from logger.examples import ANSWERING, PRACTISING, PROGRESSING, WATCHING
from logger.filters import AttemptLogFilter, MasteryLogFilter
from logger.models import AttemptLog, MasteryLog, MasteryLogQuerySet
from logger.selectors import ATTEMPT, TRY
from logger.serializers.logs import (
    AttemptSerializer,
    TotalProgressSerializer,
    TryDiffSerializer,
    TrySerializer,
    diff_body,
)
from logger.serializers.sessions import (
    StartedSessionSerializer,
    StartSessionSerializer,
    UpdatedSessionSerializer,
    UpdateSessionSerializer,
    started_body,
    updated_body,
)
from roster.api.recording import RecordingView
from roster.models import Actor, ApiKey, User
from roster.permissions import HasScope

AFTER = "after"
MAX_DIGITS = 10


def actor_of(request: Request) -> Actor:
    """Return whoever calls: a person, a key or a guest."""
    return cast("Actor", request.user)


def _key_or_404(text: str) -> UUID:
    key = parse_uuid(text)
    if key is None:
        raise Http404
    return key


class SessionsView(RecordingView):
    permission_classes = [HasScope]

    @extend_schema(
        examples=[WATCHING, PRACTISING],
        request=StartSessionSerializer,
        responses=StartedSessionSerializer,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Start a session on a node or a quiz."""
        serializer = StartSessionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        started = services.start_session(
            serializer.command(), actor=actor_of(request), at=timezone.now()
        )
        self.learner_id = started.session.user_id
        return Response(started_body(started))


class SessionView(RecordingView):
    permission_classes = [HasScope]
    guest_key_param = "session_id"

    @extend_schema(
        examples=[PROGRESSING, ANSWERING],
        request=UpdateSessionSerializer,
        responses=UpdatedSessionSerializer,
    )
    @idempotent
    def put(self, request: Request, session_id: str) -> Response:
        """Move a session on: progress, time, and interactions with questions."""
        serializer = UpdateSessionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        updated = services.update_session(
            _key_or_404(session_id),
            serializer.command(),
            actor=actor_of(request),
            at=timezone.now(),
        )
        self.learner_id = updated.learner_id
        return Response(updated_body(updated))


class TotalProgressView(APIView):
    @extend_schema(responses=TotalProgressSerializer)
    def get(self, request: Request, user_id: str) -> Response:
        """Count the contents a learner completed."""
        learner = _readable_learner(actor_of(request), user_id)
        body = {"id": learner.pk.hex, "progress": selectors.completed_count(learner.pk)}
        return Response(body)


def _readable_learner(actor: Actor, name: str) -> User:
    """Return somebody whose records the actor may read, by UUID or, for keys, external id."""
    people = User.objects.visible_to(actor)
    if isinstance(actor, ApiKey):
        found = people.by_identifier(name).first()
    else:
        found = people.filter(pk__in=[parse_uuid(name)]).first()
    if found is not None:
        return found
    # Kolibri's learners are told no; whoever looks after others, that there is nobody.
    looks_after = actor.is_superuser or not isinstance(actor, User) or actor.roles.exists()
    if not looks_after:
        raise PermissionDenied("You may see only your own progress.")
    raise Http404


def _visible_tries(request: Request) -> MasteryLogQuerySet:
    return MasteryLog.objects.visible_to(actor_of(request)).newest_first()


class _Tries(GenericAPIView[Any]):
    """Tries the caller may read, newest first, as rows."""

    serializer_class = TrySerializer

    def get_queryset(self) -> QuerySet[MasteryLog, Any]:
        rows: QuerySet[MasteryLog, Any] = _visible_tries(self.request).with_correct().values(*TRY)
        return rows


class TriesView(_Tries, ListAPIView[Any]):
    filterset_class = MasteryLogFilter

    @extend_schema(responses=TrySerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a learner's tries at a content, newest first."""
        return super().get(request, *args, **kwargs)


class TryView(_Tries, RetrieveAPIView[Any]):
    filter_backends = []

    @extend_schema(responses=TrySerializer)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one try."""
        _key_or_404(self.kwargs["pk"])
        return super().get(request, *args, **kwargs)


def _parse_cursor(request: Request) -> Cursor | None:
    token = request.query_params.get(AFTER)
    return Cursor.parse(token, selectors.OLDEST) if token else None


def _link_to(request: Request, place: Cursor | None) -> dict[str, str]:
    if place is None:
        return {}
    url = replace_query_param(request.build_absolute_uri(), AFTER, place.token)
    return {"Link": f'<{url}>; rel="next"'}


class TryDiffView(GenericAPIView[Any]):
    serializer_class = TryDiffSerializer
    filterset_class = MasteryLogFilter
    pagination_class = None

    def get_queryset(self) -> MasteryLogQuerySet:
        return _visible_tries(self.request)

    @extend_schema(
        parameters=[
            OpenApiParameter("index", OpenApiTypes.STR, OpenApiParameter.PATH),
            OpenApiParameter(
                AFTER,
                OpenApiTypes.STR,
                description="Where the attempts go on; from the Link header.",
            ),
            OpenApiParameter("content", OpenApiTypes.STR, required=True),
            OpenApiParameter("user", OpenApiTypes.STR, required=True),
            *(OpenApiParameter(name, OpenApiTypes.BOOL) for name in ("complete", "quiz")),
            *(
                OpenApiParameter(name, OpenApiTypes.STR)
                for name in ("facility", "classroom", "learner_group")
            ),
        ],
        responses=TryDiffSerializer,
    )
    def get(self, request: Request, index: str) -> Response:
        """Compare a try with the next older one; index 0 is the newest.

        Where the attempts are too large for one answer, a Link header leads on to the rest.
        """
        tries = cast("MasteryLogQuerySet", self.filter_queryset(self.get_queryset()))
        if not (index.isascii() and index.isdigit() and len(index) <= MAX_DIGITS):
            raise Http404
        diff = selectors.try_diff(tries, int(index), after=_parse_cursor(request))
        return Response(diff_body(diff), headers=_link_to(request, diff.following))


class _Attempts(GenericAPIView[Any]):
    """Attempts the caller may read, newest first."""

    serializer_class = AttemptSerializer

    def get_queryset(self) -> QuerySet[AttemptLog, Any]:
        visible = AttemptLog.objects.visible_to(actor_of(self.request))
        rows: QuerySet[AttemptLog, Any] = visible.newest_first().values(*ATTEMPT)
        return rows


class AttemptsView(_Attempts, ListAPIView[Any]):
    filterset_class = AttemptLogFilter

    @extend_schema(responses=AttemptSerializer(many=True))
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List attempts, newest first."""
        return super().get(request, *args, **kwargs)


class AttemptView(_Attempts, RetrieveAPIView[Any]):
    filter_backends = []

    @extend_schema(responses=AttemptSerializer)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one attempt."""
        _key_or_404(self.kwargs["pk"])
        return super().get(request, *args, **kwargs)
