"""Page on the quality of the learner model, for staff of a facility."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.serializers.query_params import DEFAULT_DAYS, MAX_DAYS
from dashboard.selectors.quality import get_quality_view
from dashboard.views.base import CoachPage
from infra.identifiers import parse_uuid
from roster.models import Facility

MAX_CHOICES = 200
_WHOLE = re.compile(r"[0-9]{1,3}")


class ModelQualityPage(CoachPage):
    """Predictions and alerts of the last days compared with the answers that followed."""

    template_name = "dashboard/quality.html"

    def page_context(self) -> dict[str, Any]:
        """Return the quality in the facility asked for, else in the first of the viewer."""
        managed = Facility.objects.managed_by(self.viewer).order_by("name", "pk")
        choices = list(managed.only("name")[:MAX_CHOICES])
        asked = self._parse_key("facility")
        facility_id = asked or next((choice.pk for choice in choices), None)
        days = self._parse_days()
        view = facility_id and get_quality_view(
            self.viewer,
            facility_id,
            skill_id=self._parse_key("skill"),
            days=days,
            at=timezone.now(),
        )
        if not view:
            raise Http404
        return {
            "title": _("Model quality"),
            "about": [view.facility],
            "view": view,
            "choices": choices,
            "days": days,
            "max_days": MAX_DAYS,
        }

    def _parse_key(self, name: str) -> UUID | None:
        text = self.request.GET.get(name, "")
        key = parse_uuid(text)
        if text and key is None:
            raise Http404
        return key

    def _parse_days(self) -> int:
        text = self.request.GET.get("days", str(DEFAULT_DAYS))
        if not (_WHOLE.fullmatch(text) and 1 <= int(text) <= MAX_DAYS):
            raise BadRequest("days is invalid.")
        return int(text)
