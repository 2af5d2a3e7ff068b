"""What clients tell of studying: frozen, validated requests with every field present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from analytics.events import Answer, Source


class QuizResult(StrEnum):
    """How an item was answered."""

    CORRECT = "Correct"
    INCORRECT = "Incorrect"
    ALMOST = "AlmostCorrect"

    @property
    def score(self) -> float:
        """The correctness in [0, 1]; a near miss says half as much for as against."""
        return _SCORES[self]


_SCORES = {QuizResult.CORRECT: 1.0, QuizResult.INCORRECT: 0.0, QuizResult.ALMOST: 0.5}


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyResult:
    """One learner studied one item, known by its GUID or by a code of the app's."""

    user_id: str
    partner_id: str
    quiz_result: QuizResult
    study_time_millis: int
    guid: UUID | None = None
    item_id: str | None = None
    event_id: str | None = None
    timestamp: datetime | None = None

    @property
    def item(self) -> str | UUID:
        """The item, by whichever name was told."""
        name = self.guid or self.item_id
        assert name is not None  # noqa: S101  # one of them was asked for
        return name

    @property
    def answer(self) -> Answer:
        """The same as evidence: of the skill that the item exercises, if it has one."""
        return Answer(
            source=Source.STUDY,
            source_id=self.event_id,
            item=self.item_id,
            guid=self.guid,
            is_default=True,
            score=self.quiz_result.score,
            seconds=self.study_time_millis / 1000,
            happened_at=self.timestamp,
        )


@dataclass(frozen=True, kw_only=True)
class NewSet:
    """A set to be made."""

    name: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """An item for a set; one that the facility has already is named, and joins it."""

    question: str | None = None
    answer: str | None = None
    item_id: str | None = None
    guid: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A learner to be registered before they study."""

    name: str = ""
    email: str = ""
