"""Where an answer can be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.events import Source
from infra.admin.html import detail_url
from infra.identifiers import parse_uuid


def answer_url(row: Mapping[str, Any]) -> str | None:
    """Return where an answer is shown: the attempt it was, else among the answers at its skill.

    Parameters
    ----------
    row : of an event, with its learner, skill, source and source_id.
    """
    attempt = parse_uuid(row["source_id"] or "") if row["source"] == Source.SESSION else None
    found = detail_url("coach_attempt", attempt) if attempt else None
    if found is None and row["skill"] is not None:
        return detail_url("coach_practice", row["learner"], row["skill"])
    return found or detail_url("coach_learner", row["learner"])
