"""Validated input of answer tracking: frozen commands with every field present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analytics.events import Answer, Source

DEFAULT_CONFIDENCE = 3


class AnswerPayload(Protocol):
    """One answer of one learner in the fields of its API; bulk requests consist of these."""

    @property
    def user_id(self) -> str:
        """The app's id of the learner."""
        ...

    @property
    def event_id(self) -> str | None:
        """The id under which the answer counts once; None without one."""
        ...

    @property
    def answer(self) -> Answer:
        """The payload as an `Answer` of the learner model."""
        ...


@dataclass(frozen=True, kw_only=True)
class TrackedAnswer:
    """One answer in the fields of the answer-tracking API (contract 2.1)."""

    user_id: str
    skill_id: str
    is_correct: bool
    time_spent_seconds: int | None = None
    confidence_score: int = DEFAULT_CONFIDENCE
    question_difficulty: float | None = None
    item_id: str | None = None
    event_id: str | None = None
    timestamp: datetime | None = None

    @property
    def answer(self) -> Answer:
        """The same as an `Answer` of the learner model."""
        return Answer(
            source=Source.TRACK,
            source_id=self.event_id,
            skill=self.skill_id,
            item=self.item_id,
            score=float(self.is_correct),
            seconds=self.time_spent_seconds,
            confidence=self.confidence_score,
            question_difficulty=self.question_difficulty,
            happened_at=self.timestamp,
        )
