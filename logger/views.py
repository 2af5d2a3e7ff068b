"""Views of `/api/logger`: each parses the request, makes one call, and writes the response."""

from __future__ import annotations

import re
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from infra.api.bodies import decode
from infra.api.idempotency.decorators import idempotent, idempotent_in_groups
from infra.api.throttle_counter import ROW_BYTES
from infra.api.throttling import charge_rows, count_bytes
from infra.db.group_commit import Finish
from infra.db.keyset import Cursor
from infra.identifiers import parse_uuid
from logger import selectors, services
from logger.commands import UpdateSession
from logger.examples import ANSWERING, PRACTISING, PROGRESSING, WATCHING
from logger.filters import AttemptLogFilter, MasteryLogFilter
from logger.models import AttemptLog, MasteryLog, MasteryLogQuerySet
from logger.reports import BY_ID, get_report
from logger.selectors import ATTEMPT, TRY
from logger.serializers.logs import (
    AttemptSerializer,
    TotalProgressSerializer,
    TryDiffSerializer,
    TrySerializer,
    diff_body,
)
from logger.serializers.reports import ReportSerializer, report_body
from logger.serializers.sessions import (
    StartedSessionSerializer,
    StartSessionBody,
    UpdatedSessionSerializer,
    parse_start,
    started_body,
    updated_body,
)
from logger.services import UpdatedSession
from roster.api.lists import CompiledListView
from roster.api.recording import RecordingView
from roster.models import Actor, ApiKey, Lesson, Quiz, User
from roster.permissions import HasScope

AFTER = "after"
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


def actor_of(request: Request) -> Actor:
    """Return the caller: a user, a key or a guest."""
    return cast("Actor", request.user)


def _parse_uuid_or_404(text: str) -> UUID:
    key = parse_uuid(text)
    if key is None:
        raise Http404
    return key


class SessionsView(RecordingView):
    permission_classes = [HasScope]

    @extend_schema(
        examples=[WATCHING, PRACTISING],
        request=StartSessionBody,
        responses=StartedSessionSerializer,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Start a session on a node or a quiz."""
        started = services.start_session(
            parse_start(request.data), actor=actor_of(request), at=timezone.now()
        )
        self.learner_id = started.session.user_id
        return Response(started_body(started))


class SessionView(RecordingView):
    permission_classes = [HasScope]
    guest_key_param = "session_id"

    @extend_schema(
        examples=[PROGRESSING, ANSWERING],
        request=UpdateSession,
        responses=UpdatedSessionSerializer,
    )
    @idempotent_in_groups
    def put(
        self, request: Request, session_id: str, *, finish: Finish[UpdatedSession] | None
    ) -> UpdatedSession:
        """Update a session: progress, time, and interactions with questions."""
        update = decode(request.data, UpdateSession)
        updated = services.update_session(
            _parse_uuid_or_404(session_id),
            update,
            actor=actor_of(request),
            at=timezone.now(),
            finish=finish,
        )
        if updated.written_bytes > ROW_BYTES:
            count_bytes(request, updated.written_bytes)
        charge_rows(request, len(update.interactions or ()))
        return updated

    def respond(self, result: UpdatedSession) -> Response:
        """Return the completion, and the changed attempts."""
        self.learner_id = result.learner_id
        return Response(updated_body(result))


class TotalProgressView(APIView):
    @extend_schema(responses=TotalProgressSerializer)
    def get(self, request: Request, user_id: str) -> Response:
        """Return the number of contents a learner completed."""
        learner = _readable_learner(actor_of(request), user_id)
        body = {"id": learner.pk.hex, "progress": selectors.count_completed(learner.pk)}
        return Response(body)


def _readable_learner(actor: Actor, name: str) -> User:
    """Return a learner the actor may read, by UUID or, for keys, by external id."""
    learners = User.objects.visible_to(actor)
    if isinstance(actor, ApiKey):
        learner = learners.by_identifier(name).first()
    else:
        learner = learners.filter(pk__in=[parse_uuid(name)]).first()
    if learner is not None:
        return learner
    # As in Kolibri, a user without a role gets a 403; other callers get a 404.
    has_wider_access = actor.is_superuser or not isinstance(actor, User) or actor.roles.exists()
    if not has_wider_access:
        raise PermissionDenied("You may see only your own progress.")
    raise Http404


def _visible_tries(request: Request) -> MasteryLogQuerySet:
    return MasteryLog.objects.visible_to(actor_of(request)).newest_first()


class _TryView(CompiledListView):
    """Base of views on the tries the caller may read, newest first, as rows."""

    serializer_class = TrySerializer

    @classmethod
    def visible_rows(cls, actor: Actor) -> QuerySet[MasteryLog, Any]:
        """Return the tries that an actor may read."""
        visible = MasteryLog.objects.visible_to(actor).newest_first()
        rows: QuerySet[MasteryLog, Any] = visible.with_correct().values(*TRY)
        return rows


class TriesView(_TryView):
    filterset_class = MasteryLogFilter

    @extend_schema(responses=TrySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List a learner's tries at a content, newest first."""
        return self.list(request)


class TryView(_TryView, RetrieveModelMixin):
    filter_backends = []

    @extend_schema(responses=TrySerializer)
    def get(self, request: Request, pk: str) -> Response:
        """Return one try."""
        _parse_uuid_or_404(pk)
        return self.retrieve(request)


def _parse_cursor(request: Request, order: list[str] = selectors.OLDEST) -> Cursor | None:
    token = request.query_params.get(AFTER)
    return Cursor.parse(token, order) if token else None


def _next_link_header(request: Request, cursor: Cursor | None) -> dict[str, str]:
    if cursor is None:
        return {}
    url = replace_query_param(request.build_absolute_uri(), AFTER, cursor.token)
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
                description="Position after which the attempts continue, as given in the Link"
                " header.",
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

        If the attempts are too large for one response, a Link header links to the rest.
        """
        tries = cast("MasteryLogQuerySet", self.filter_queryset(self.get_queryset()))
        if not _INDEX.fullmatch(index):
            raise Http404
        diff = selectors.get_try_diff(tries, int(index), after=_parse_cursor(request))
        return Response(diff_body(diff), headers=_next_link_header(request, diff.following))


class _AttemptView(CompiledListView):
    """Base of views on the attempts the caller may read, newest first, as rows."""

    serializer_class = AttemptSerializer

    @classmethod
    def visible_rows(cls, actor: Actor) -> QuerySet[AttemptLog, Any]:
        """Return the attempts that an actor may read."""
        visible = AttemptLog.objects.visible_to(actor).newest_first()
        rows: QuerySet[AttemptLog, Any] = visible.values(*ATTEMPT)
        return rows


class AttemptsView(_AttemptView):
    filterset_class = AttemptLogFilter

    @extend_schema(responses=AttemptSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List attempts, newest first."""
        return self.list(request)


class AttemptView(_AttemptView, RetrieveModelMixin):
    filter_backends = []

    @extend_schema(responses=AttemptSerializer)
    def get(self, request: Request, pk: str) -> Response:
        """Return one attempt."""
        _parse_uuid_or_404(pk)
        return self.retrieve(request)


class ReportView(APIView):
    """The report of a lesson or of a quiz, for those who manage it or its learners."""

    permission_classes = [IsAuthenticated, HasScope]
    model: type[Lesson | Quiz]

    @extend_schema(
        parameters=[
            OpenApiParameter(
                AFTER,
                OpenApiTypes.STR,
                description="Position after which the learners continue, as given in the Link"
                " header.",
            ),
        ],
        responses=ReportSerializer,
    )
    def get(self, request: Request, pk: str) -> Response:
        """Return what each learner did on each content.

        At most 1,000 learners are returned; a Link header links to the rest.
        """
        actor, key = actor_of(request), _parse_uuid_or_404(pk)
        row = self.model.objects.managed_by(actor).filter(pk=key).first()
        if row is None:
            raise Http404
        report = get_report(row, actor, after=_parse_cursor(request, BY_ID))
        return Response(report_body(report), headers=_next_link_header(request, report.following))


class LessonReportView(ReportView):
    """The report of a lesson."""

    model = Lesson


class QuizReportView(ReportView):
    """The report of a quiz."""

    model = Quiz
