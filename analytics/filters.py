"""Filters of the list of alerts."""

from __future__ import annotations

from analytics.models import Alert, AlertState
from infra.api.filters import TimeFilter, WordFilter
from roster.api.filters import LearnerFilterSet


class AlertFilter(LearnerFilterSet):
    """Filters of alerts by learner, place, state, and the time from which they were opened."""

    learner = "learner"

    state = WordFilter(words=AlertState.values)
    since = TimeFilter(field_name="opened_at", lookup_expr="gte")

    class Meta:
        model = Alert
        fields: list[str] = []
