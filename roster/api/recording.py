"""The base class of views that record what learners did."""

from __future__ import annotations

from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from infra.api.idempotency.decorators import IdempotentView
from roster.models import ApiKey, User


class RecordingView(IdempotentView):
    """A view that records for one learner, and sets `learner_id` to them."""

    def authorize_learner(self, request: Request, learner_id: UUID) -> None:
        """Replay a response to a key only while the learner belongs to the key's facility."""
        if not isinstance(request.auth, ApiKey):
            return
        own = User.objects.in_facility(request.auth.facility_id)
        if not own.filter(pk=learner_id).exists():
            raise NotFound
