"""Retention of guests' records."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from logger.models import AttemptLog, ContentSession

SESSIONS_BATCH_SIZE = 500


@transaction.atomic
def purge_guests(at: datetime) -> int:
    """Delete a batch of expired guests' sessions with their attempts; return their number.

    At that age nobody can work on them any more (contract 1.1).
    """
    lifetime: timedelta = settings.GUEST_SESSIONS_KEPT
    old = ContentSession.objects.filter(user=None, start_timestamp__lte=at - lifetime)
    keys = list(old.order_by("start_timestamp").values_list("pk", flat=True)[:SESSIONS_BATCH_SIZE])
    AttemptLog.objects.filter(session__in=keys).delete()
    ContentSession.objects.filter(pk__in=keys).delete()
    return len(keys)
