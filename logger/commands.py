"""Commands of a session: frozen, validated requests with every field present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class StartSession:
    """Open a session on a node or a quiz.

    For a quiz, `content_id` is the quiz's id. `mastery_model` is None except for assessments.
    `user_id` is the external id by which a key identifies the learner.
    """

    kind: str
    content_id: UUID
    channel_id: UUID | None = None
    node_id: UUID | None = None
    lesson_id: UUID | None = None
    quiz_id: UUID | None = None
    course_session_id: UUID | None = None
    mastery_model: dict[str, Any] | None = None
    repeat: bool = False
    user_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """One action of a learner at one question: an answer, a hint or an error.

    `answer_given` distinguishes a null answer from a missing one; `simple_answer` is None if it is
    missing. `time_spent` is in seconds, `correct` in [0, 1]. `id` names the attempt to update.
    `timestamp` is the time of the action; None means now.
    """

    item: str
    correct: float
    time_spent: float
    complete: bool = False
    answer: dict[str, Any] | None = None
    answer_given: bool = False
    simple_answer: str | None = None
    error: bool = False
    hinted: bool = False
    replace: bool = False
    id: UUID | None = None
    timestamp: datetime | None = None

    @property
    def is_answer(self) -> bool:
        """True for an answer; an error outranks a hint, and a hint outranks an answer."""
        return not (self.error or self.hinted)


@dataclass(frozen=True, kw_only=True)
class UpdateSession:
    """Update a session; None means that the client did not send the field.

    At most one of `progress` and `progress_delta` is set, each in [0, 1]. `time_spent_delta` is in
    seconds.
    """

    progress: float | None = None
    progress_delta: float | None = None
    time_spent_delta: float = 0.0
    extra_fields: dict[str, Any] | None = None
    interactions: tuple[Interaction, ...] | None = None
