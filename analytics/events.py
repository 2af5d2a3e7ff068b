"""Value objects of learning events: the interface of the three APIs to the learner model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices

from analytics.core.explanation import NOT_EXPLAINED, Explanation

MAX_AHEAD = timedelta(minutes=5)
# Answers older than this may have happened before known ones, which are then evaluated again.
RECENT = timedelta(minutes=1)


# Facility, source and source id of an event, and the learner if the id is the learner's own.
EventKey = tuple[UUID, str, str | None, UUID | None]


class Source(TextChoices):
    """The API an answer came through."""

    SESSION = "session", "content session"
    TRACK = "track", "track-answer"
    STUDY = "study", "study result"


class Texts(NamedTuple):
    """Texts of an answer: the question, and what the learner answered; None: not sent."""

    question: str | None
    answer: str | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer by one learner, from any of the APIs.

    Attributes
    ----------
    source_id : the sender's id of the answer, under which it counts once; None: it always counts.
    has_own_id : the id is the learner's own: other learners and apps may use it too.
    by_learner : the learner sent it, not an app: they may name only a few new skills and items.
    happened_at : the time the sender gives; None: now, after all known events. See `Clock`.
    skill : the code of the skill; None where only the item determines it.
    item : the code of the item; None without one.
    guid : the GUID of the item, if the sender uses it instead of a code.
    item_alone : the code of the item without its content; it names the item if one of this code
        has a skill of its own.
    is_default : the item's own skill, if it has one, takes precedence over `skill`.
    seconds : time spent, >= 0; None: unknown.
    score : correctness in [0, 1].
    confidence : how sure the learner was, 1 to 5; None: not asked.
    question_difficulty : the sender's estimate, in logits from -3 to 3; None: unknown.
    hinted : whether a hint was used before the answer; None: unknown.
    texts : the texts that came with it; None without any.
    """

    source: Source
    score: float
    happened_at: datetime | None = None
    source_id: str | None = None
    has_own_id: bool = False
    by_learner: bool = False
    skill: str | None = None
    item: str | None = None
    guid: UUID | None = None
    item_alone: str | None = None
    is_default: bool = False
    seconds: float | None = None
    confidence: int | None = None
    question_difficulty: float | None = None
    hinted: bool | None = None
    texts: Texts | None = None

    @property
    def item_name(self) -> str | UUID | None:
        """The code or GUID of the item; None without an item."""
        return self.item or self.guid

    def key(self, facility_id: UUID, learner_id: UUID) -> EventKey:
        """Return the key under which the answer of a learner counts once."""
        owner_id = learner_id if self.has_own_id else None
        return facility_id, str(self.source), self.source_id, owner_id


@dataclass(frozen=True, kw_only=True)
class MasteryChange:
    """The change of mastery of a skill by one answer.

    Probabilities are in [0, 1]; `p_correct` was predicted before the answer. The counts and the
    plateau, with its explanation, are those of the skill after it. `is_repeat`: the answer had been
    recorded before and changed nothing. `recompute_pending`: the values do not include all recorded
    answers yet.
    """

    before: float
    after: float
    p_correct: float
    attempts: int
    correct: int
    plateau: bool = False
    plateau_confidence: str | None = None
    explanation: Explanation = NOT_EXPLAINED
    is_repeat: bool = False
    recompute_pending: bool = False

    @property
    def velocity(self) -> float:
        """The change in mastery."""
        return self.after - self.before


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of one request.

    `now` is the time of the server. `newest` is the time of the learner's newest event, None if
    there is none; it may be later than `now`, by a client's clock or because the request waited for
    a lock.
    """

    now: datetime
    newest: datetime | None = None

    def may_be_late(self, claimed: datetime | None) -> bool:
        """Return whether an event may have happened before the newest known one."""
        if claimed is None:
            return False
        return claimed < self.now - RECENT or (self.newest is not None and claimed < self.newest)

    @property
    def next(self) -> datetime:
        """The time of an event that has no time of its own: never before the newest event."""
        return max(self.now, self.newest or self.now)

    def happened_at(self, claimed: datetime | None) -> datetime:
        """Return the time of an event, by the time the client claims, if any (contract 0.10).

        A client's clock may run a little fast: up to five minutes ahead of the server's are
        accepted; a later time is replaced by `next`.
        """
        if claimed is None or claimed - self.now > MAX_AHEAD:
            return self.next
        return claimed
