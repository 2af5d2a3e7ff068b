"""Views of alerts (contract 4.2)."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import selectors, services
from analytics.commands import AlertChange
from analytics.filters import AlertFilter
from analytics.models import Alert
from analytics.serializers.alerts import ALERT, AlertSerializer, alert_body
from analytics.serializers.envelope import envelope, envelope_schema
from infra.api.bodies import decode
from infra.api.pagination import ListPagination
from infra.identifiers import parse_uuid
from roster.api.lists import CompiledListView
from roster.models import Actor


class AlertsView(CompiledListView):
    """The list of alerts."""

    serializer_class = AlertSerializer
    filterset_class = AlertFilter

    @classmethod
    def visible_rows(cls, actor: Actor) -> QuerySet[Alert, Any]:
        """Return the alerts that an actor may read, newest first."""
        visible = Alert.objects.all().visible_to(actor).newest_first()
        rows: QuerySet[Alert, Any] = visible.values(*ALERT)
        return rows

    @extend_schema(responses=AlertSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List alerts, newest first; learners read their own without the notes about them."""
        reader = request.user.pk
        cast("ListPagination", self.paginator).tag_data = str(reader)
        rows: Any = self.paginate_queryset(self.filtered_rows()) or []  # type: ignore[arg-type]
        notes = selectors.get_notes([row["id"] for row in rows if row["learner_id"] != reader])
        bodies = [alert_body(row, notes.get(row["id"], ())) for row in rows]
        response = self.get_paginated_response(bodies)
        response.data = envelope(response.data, "Alerts retrieved successfully")
        return response


class AlertView(APIView):
    """One alert."""

    @extend_schema(
        request=AlertChange, responses=envelope_schema("ChangedAlert", AlertSerializer())
    )
    def patch(self, request: Request, alert_id: str) -> Response:
        """Change the state of an alert, or add a note."""
        change = decode(request.data, AlertChange)
        key = parse_uuid(alert_id)
        if key is None:
            raise Http404
        actor = cast("Actor", request.user)
        alert = services.change_alert(key, change, actor=actor, at=timezone.now())
        row = {name: getattr(alert, name, None) for name in ALERT}
        row["skill__code"] = alert.skill.code if alert.skill else None
        body = alert_body(row, selectors.get_notes([alert.pk])[alert.pk])
        return Response(envelope(body, "Alert changed successfully"))
