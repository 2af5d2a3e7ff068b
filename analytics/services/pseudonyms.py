"""Names of erased people in rows about others."""

from __future__ import annotations

from uuid import UUID

from analytics.models import LearnerNote


def rename_author(key: UUID, name: str) -> None:
    """Replace the name of the author of notes about others."""
    LearnerNote.objects.filter(author=key).update(author_name=name)
