"""How long records are kept that belong to nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from logger.models import AttemptLog, ContentSession

SESSIONS_BATCH_SIZE = 500


@transaction.atomic
def purge_guests(at: datetime) -> int:
    """Delete some guests' sessions that are past their time, with their attempts; tell how many.

    Nobody can work on them any more by then (contract 1.1).
    """
    kept: timedelta = settings.GUEST_SESSIONS_KEPT
    past = ContentSession.objects.filter(user=None, start_timestamp__lte=at - kept)
    keys = list(past.order_by("start_timestamp").values_list("pk", flat=True)[:SESSIONS_BATCH_SIZE])
    AttemptLog.objects.filter(session__in=keys).delete()
    ContentSession.objects.filter(pk__in=keys).delete()
    return len(keys)
