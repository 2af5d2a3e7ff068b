"""One attempt: the history of the work on one question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from dashboard.selectors.contents import content_title
from dashboard.selectors.item_codes import known_items
from logger.models import AttemptLog, AttemptLogQuerySet
from logger.outcomes import Outcome
from roster.models import User


class UnknownAttemptOfLearner(LookupError):
    """There is no such attempt among those the viewer may see."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One entry of an attempt's history.

    `seconds` is the time since the previous entry, for the first entry since the start of the
    attempt; None if a time is missing. `outcome` is None for hints and errors.
    """

    kind: str
    at: datetime | None
    seconds: float | None
    answer: Any
    outcome: Outcome | None


@dataclass(frozen=True, kw_only=True)
class LearnerAttempt:
    """One attempt, its history, and the attempts before and after it in its try or session."""

    attempt: AttemptLog
    title: str | None
    outcome: Outcome
    timeline: list[Moment]
    item: UUID | None
    earlier: UUID | None
    later: UUID | None

    @property
    def was_corrected(self) -> bool:
        """True if a right answer came too late to count."""
        answered_right = any(moment.outcome is Outcome.RIGHT for moment in self.timeline)
        return answered_right and self.outcome is not Outcome.RIGHT


def get_learner_attempt(viewer: User, attempt_id: UUID) -> LearnerAttempt:
    """Return an attempt with its history.

    Raises
    ------
    UnknownAttemptOfLearner : the viewer may not see such an attempt.
    """
    visible = AttemptLog.objects.visible_to(viewer).filter(pk=attempt_id)
    attempt = visible.select_related("user", "facility", "mastery_log", "session__summary").first()
    if attempt is None:
        raise UnknownAttemptOfLearner
    siblings = _sibling_attempts(attempt)
    items = known_items(attempt.facility_id, attempt.content_id, [attempt.item])
    return LearnerAttempt(
        attempt=attempt,
        title=content_title(attempt.content_id, attempt.facility_id),
        outcome=outcome_of(attempt),
        timeline=list(_timeline(attempt)),
        item=items.get(attempt.item),
        earlier=_first_id(siblings.filter(position__lt=attempt.position).order_by("-position")),
        later=_first_id(siblings.filter(position__gt=attempt.position).order_by("position")),
    )


def outcome_of(attempt: AttemptLog) -> Outcome:
    """Return the outcome of an attempt."""
    return Outcome.of(correct=attempt.correct, hinted=attempt.hinted, judged=attempt.judged)


def _sibling_attempts(attempt: AttemptLog) -> AttemptLogQuerySet:
    if attempt.mastery_log_id:
        return AttemptLog.objects.filter(mastery_log=attempt.mastery_log_id)
    return AttemptLog.objects.filter(session=attempt.session_id, mastery_log=None)


def _first_id(attempts: AttemptLogQuerySet) -> UUID | None:
    return attempts.values_list("pk", flat=True).first()


def _timeline(attempt: AttemptLog) -> list[Moment]:
    moments: list[Moment] = []
    previous: datetime | None = attempt.start_timestamp
    for entry in attempt.interaction_history:
        at = parse_datetime(str(entry.get("timestamp", "")))
        moments.append(_moment_from_entry(entry, at, previous))
        previous = at or previous
    return moments


def _moment_from_entry(
    entry: dict[str, Any], at: datetime | None, previous: datetime | None
) -> Moment:
    elapsed = (at - previous).total_seconds() if at and previous else None
    outcome = None
    if entry["type"] == "answer":
        outcome = Outcome.of(correct=entry.get("correct", 0), hinted=False, judged=True)
    return Moment(
        kind=entry["type"],
        at=at,
        # Interactions recorded offline may arrive out of order.
        seconds=max(0.0, elapsed) if elapsed is not None else None,
        answer=entry.get("answer"),
        outcome=outcome,
    )
