"""Links to the pages that show answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.events import Source
from infra.admin.html import detail_url
from infra.identifiers import parse_uuid


def answer_url(row: Mapping[str, Any]) -> str | None:
    """Return the URL of an answer: its attempt, else the learner's answers at its skill.

    Answers without a skill link to the learner.

    Parameters
    ----------
    row : of an event, with its learner, skill, source and source_id.
    """
    attempt = parse_uuid(row["source_id"] or "") if row["source"] == Source.SESSION else None
    attempt_url = detail_url("coach_attempt", attempt) if attempt else None
    if attempt_url is None and row["skill"] is not None:
        return detail_url("coach_practice", row["learner"], row["skill"])
    return attempt_url or detail_url("coach_learner", row["learner"])
