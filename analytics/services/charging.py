"""Charging of bulk requests and late answers to their sender's rate, in proportion to the work."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import AnonymousUser

from analytics.services.recording import RecordedAnswers
from infra.api import throttle_counter
from roster.models import Actor, ApiKey

# As many earlier events that are evaluated again take about the time of one request.
REPLAYED_PER_REQUEST = 25


def charge(actor: Actor, results: Collection[RecordedAnswers]) -> None:
    """Count the work that recorded answers caused as further requests of their sender."""
    answers = sum(len(result.changes) for result in results)
    late = sum(result.late_cost for result in results)
    requests = answers // throttle_counter.ROWS_PER_REQUEST + late // REPLAYED_PER_REQUEST
    if requests and not isinstance(actor, AnonymousUser):
        kind: throttle_counter.Kind = "key" if isinstance(actor, ApiKey) else "user"
        throttle_counter.charge(kind, actor.pk.hex, requests)
