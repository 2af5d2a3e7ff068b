"""Commands of a session: frozen, validated requests.

The update of a session is the body of its request, where every field is declared once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self
from uuid import UUID

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from infra.payloads import (
    LENIENT_NUMBER,
    LENIENT_TEXT,
    EventTime,
    HexUUID,
    Omittable,
    Payload,
    field_error,
    normal_form,
)

MAX_INTERACTIONS = 1000
MAX_ITEM = 200
MAX_SECONDS = 10_000_000
MAX_EXTRA_BYTES = 64 * 1024


def _reject_long_list(value: Any) -> Any:
    """Refuse a list that is too long before its entries are validated."""
    if isinstance(value, list) and len(value) > MAX_INTERACTIONS:
        raise field_error(f"Ensure this field has no more than {MAX_INTERACTIONS} elements.")
    return value


def _reject_large_object(value: dict[str, Any]) -> dict[str, Any]:
    if len(orjson.dumps(value)) > MAX_EXTRA_BYTES:
        raise field_error(f"Ensure this field has no more than {MAX_EXTRA_BYTES} bytes.")
    return value


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), LENIENT_NUMBER]
Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False), LENIENT_NUMBER]


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


class Interaction(Payload):
    """One action of a learner at one question."""

    # An answer, a hint or an error. `id` names the attempt to update; without a timestamp the
    # action happens now.
    id: Omittable[HexUUID] = None
    item: Annotated[
        str, Field(min_length=1, max_length=MAX_ITEM), normal_form(MAX_ITEM), LENIENT_TEXT
    ]
    correct: Share
    time_spent: Seconds
    complete: bool = False
    answer: dict[str, Any] | None = None
    simple_answer: Annotated[str, Field(max_length=200), LENIENT_TEXT] | None = None
    error: bool = False
    hinted: bool = False
    replace: bool = False
    timestamp: EventTime | None = None

    @property
    def answer_given(self) -> bool:
        """True for an answer that was sent, even if it is null."""
        return "answer" in self.model_fields_set

    @property
    def is_answer(self) -> bool:
        """True for an answer; an error outranks a hint, and a hint outranks an answer."""
        return not (self.error or self.hinted)


class UpdateSession(Payload):
    """The update of a session."""

    # None: the client did not send the field.
    progress: Omittable[Share] = None
    progress_delta: Omittable[Share] = None
    time_spent_delta: Seconds = 0.0
    extra_fields: Omittable[Annotated[dict[str, Any], AfterValidator(_reject_large_object)]] = None
    interactions: Omittable[
        Annotated[
            tuple[Interaction, ...],
            Field(max_length=MAX_INTERACTIONS),
            BeforeValidator(_reject_long_list),
        ]
    ] = None

    @model_validator(mode="after")
    def _require_one_progress(self) -> Self:
        if self.progress is not None and self.progress_delta is not None:
            raise field_error("Must not be sent together with progress.", "progress_delta")
        return self
