"""Notes of alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from analytics.models import LearnerNote


def get_notes(alert_ids: Collection[UUID]) -> Mapping[UUID, list[LearnerNote]]:
    """Return the notes of some alerts, the oldest first, by alert."""
    notes: dict[UUID, list[LearnerNote]] = defaultdict(list)
    if alert_ids:
        found = LearnerNote.objects.filter(alert__in=alert_ids).order_by("at", "id")
        for note in found:
            notes[note.alert_id].append(note)  # type: ignore[index]
    return notes
