"""What the three APIs agree on about learning events: the seam to the learner model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import TextChoices

MAX_AHEAD = timedelta(minutes=5)


class Source(TextChoices):
    """Which API an answer came through."""

    SESSION = "session", "content session"
    TRACK = "track", "track-answer"
    STUDY = "study", "study result"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer by one learner, whichever API it came through.

    Attributes
    ----------
    source_id : the sender's name for it, under which it counts once; None: it counts.
    score : correctness in [0, 1].
    happened_at : when the sender says; None: now, after everything known. See `Clock`.
    skill : the code of the skill, None where only its item can say.
    item : the code of the item, None where it has none.
    guid : the GUID of the item, where the sender knows it by that instead.
    item_alone : the code of the item irrespective of its content; the item meant where one of
        this code has a skill of its own.
    is_default : the item's own skill, where it has one, beats `skill`.
    seconds : how long it took, >= 0; None: unknown.
    confidence : how sure the learner was, 1 to 5; None: not asked.
    question_difficulty : the sender's, in logits from -3 to 3; None: unknown.
    """

    source: Source
    score: float
    happened_at: datetime | None = None
    source_id: str | None = None
    skill: str | None = None
    item: str | None = None
    guid: UUID | None = None
    item_alone: str | None = None
    is_default: bool = False
    seconds: float | None = None
    confidence: int | None = None
    question_difficulty: float | None = None

    @property
    def item_name(self) -> str | UUID | None:
        """What the sender calls the item."""
        return self.item or self.guid


@dataclass(frozen=True, kw_only=True)
class MasteryChange:
    """What one answer did to the belief about its skill.

    Probabilities in [0, 1]; `p_correct` was predicted before the answer. The counts and the
    plateau are of the skill after it. `is_repeat`: it had been recorded before, nothing moved.
    """

    before: float
    after: float
    p_correct: float
    attempts: int
    correct: int
    plateau: bool = False
    plateau_confidence: str | None = None
    recommendation: str | None = None
    is_repeat: bool = False

    @property
    def velocity(self) -> float:
        """The change in mastery."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of one request.

    `now` is the server's; `newest` is when the learner's newest event happened, None where there
    is none: it may be ahead, by a client's clock or because the request waited for its turn.
    """

    now: datetime
    newest: datetime | None = None

    @property
    def next(self) -> datetime:
        """When something happens that does not say when: never before what came before."""
        return max(self.now, self.newest or self.now)

    def happened_at(self, claimed: datetime | None) -> datetime:
        """Return when an event happened that says when it did, or does not (contract 0.10).

        A client's clock may run a little fast: up to five minutes ahead of the server's are
        believed, more is now.
        """
        if claimed is None or claimed - self.now > MAX_AHEAD:
            return self.next
        return claimed
