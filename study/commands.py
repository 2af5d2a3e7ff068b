"""Validated input of study results: frozen commands with every field present."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from analytics.events import Answer, Source


class QuizResult(StrEnum):
    """The result of answering an item."""

    CORRECT = "Correct"
    INCORRECT = "Incorrect"
    ALMOST = "AlmostCorrect"

    @property
    def score(self) -> float:
        """The correctness in [0, 1]; an almost correct answer counts half."""
        return _SCORES[self]


_SCORES = {QuizResult.CORRECT: 1.0, QuizResult.INCORRECT: 0.0, QuizResult.ALMOST: 0.5}


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyResult:
    """One result of a learner studying an item, named by its GUID or by the app's code."""

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
        """The GUID or code that names the item."""
        name = self.guid or self.item_id
        assert name is not None  # noqa: S101  # the parser requires one of them
        return name

    @property
    def answer(self) -> Answer:
        """The result as an `Answer` at the item's own skill, if it has one."""
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
    """A set to create."""

    name: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """An item for a set: a new one, or one the facility has already, named by its ids."""

    question: str | None = None
    answer: str | None = None
    item_id: str | None = None
    guid: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class NewUser:
    """A learner to register before they study."""

    name: str = ""
    email: str = ""
