"""Base class of views that record learners' work."""

from __future__ import annotations

from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from infra.api.idempotency.decorators import IdempotentView
from roster.models import ApiKey, User


class RecordingView(IdempotentView):
    """View that records for one learner and sets `learner_id` to their id."""

    def authorize_learner(self, request: Request, learner_id: UUID) -> None:
        """Allow a key to replay a response only if the learner is in the key's facility."""
        if not isinstance(request.auth, ApiKey):
            return
        own = User.objects.in_facility(request.auth.facility_id)
        if not own.filter(pk=learner_id).exists():
            raise NotFound
