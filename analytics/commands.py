"""Validated input of answer tracking: the bodies of its requests (contract 2.1, 4.2)."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, Self

from pydantic import ConfigDict, Field, model_validator

from analytics.events import Answer, Source, Texts
from infra.payloads import NO_CONTROL, EventTime, Name, Payload, Text, field_error

DEFAULT_CONFIDENCE = 3
MAX_CONFIDENCE = 5
MAX_DIFFICULTY = 3
MAX_SECONDS = 10_000_000
MAX_NOTE_LENGTH = 2_000


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


class TrackedAnswer(Payload):
    """One answer by one learner to one question."""

    model_config = ConfigDict(title="TrackAnswer", strict=True)

    user_id: Name
    skill_id: Name
    is_correct: bool
    time_spent_seconds: Annotated[int, Field(ge=0, le=MAX_SECONDS)] | None = None
    confidence_score: Annotated[int, Field(ge=1, le=MAX_CONFIDENCE)] | None = DEFAULT_CONFIDENCE
    question_difficulty: (
        Annotated[float, Field(ge=-MAX_DIFFICULTY, le=MAX_DIFFICULTY, allow_inf_nan=False)] | None
    ) = None
    item_id: Name | None = None
    event_id: Name | None = None
    timestamp: EventTime | None = None
    question: Text | None = None
    answered: Text | None = Field(default=None, alias="answer")

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
            confidence=self.confidence_score or DEFAULT_CONFIDENCE,
            question_difficulty=self.question_difficulty,
            happened_at=self.timestamp,
            texts=self._texts,
        )

    @property
    def _texts(self) -> Texts | None:
        if not self.question and not self.answered:
            return None
        return Texts(self.question or None, self.answered or None)


class AlertChange(Payload):
    """A change of one alert by a coach: its state, a note, or both."""

    model_config = ConfigDict(title="ChangeAlert", strict=True)

    state: Literal["new", "seen", "snoozed", "resolved"] | None = None
    snoozed_until: EventTime | None = None
    note: Annotated[str, Field(min_length=1, max_length=MAX_NOTE_LENGTH), NO_CONTROL] | None = None

    @model_validator(mode="after")
    def _check_snooze(self) -> Self:
        if self.state == "snoozed" and self.snoozed_until is None:
            raise field_error("This field is required.", "snoozed_until", code="required")
        if self.snoozed_until is not None and self.state not in (None, "snoozed"):
            raise field_error("Only a snoozed alert has this field.", "snoozed_until")
        return self
