"""In-memory records of one learner's (or guest's) work on one content.

It updates the same models by the same methods and in the same order as `logger.services`, but
without queries, so that the records equal those that requests would have created.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.seeding.catalogue import Content
from config.seeding.rng import Chance
from logger.commands import Interaction, UpdateSession
from logger.mastery import Criterion
from logger.models import AttemptLog, ContentSession, ContentSummary, MasteryLog
from roster.models import Facility, Lesson, User


@dataclass(kw_only=True)
class Records:
    """The records created so far, up to `limit` attempts."""

    limit: int
    summaries: list[ContentSummary] = field(default_factory=list)
    tries: list[MasteryLog] = field(default_factory=list)
    sessions: list[ContentSession] = field(default_factory=list)
    attempts: list[AttemptLog] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """True if no attempt may be added."""
        return len(self.attempts) >= self.limit


class SessionWriter:
    """Creates the records of one learner (None: a guest) who works on one content."""

    def __init__(
        self,
        facility: Facility,
        learner: User | None,
        content: Content,
        *,
        records: Records,
        chance: Chance,
    ) -> None:
        self.facility = facility
        self.learner = learner
        self.content = content
        self.records = records
        self.chance = chance
        self.summary: ContentSummary | None = None
        self.tried: MasteryLog | None = None
        self.tries = 0
        self.session: ContentSession
        self.attempts: list[AttemptLog] = []

    def start(self, *, at: datetime, lesson: Lesson | None = None, repeat: bool = False) -> None:
        """Start a session, like `start_session`."""
        if self.learner is not None:
            self.summary = self._summary(self.learner, self.summary, repeat=repeat, at=at)
            self.tried = self._try(self.learner, self.summary, repeat=repeat, at=at)
        if self.tried is None:
            self.attempts = []
        self.session = ContentSession(
            id=self.chance.key(at),
            facility=self.facility,
            user=self.learner,
            summary=self.summary,
            mastery_log=self.tried,
            lesson=lesson,
            quiz_id=self.content.quiz_id,
            node_id=self.content.node_id,
            **self._of_content(),
            **_now(at),
        )
        self.records.sessions.append(self.session)

    def _summary(
        self, learner: User, summary: ContentSummary | None, *, repeat: bool, at: datetime
    ) -> ContentSummary:
        if summary is None:
            summary = ContentSummary(
                id=self.chance.key(at), user=learner, **self._of_content(), **_now(at)
            )
            self.records.summaries.append(summary)
        summary.touch(at=at)
        if repeat:
            summary.progress = 0.0
        return summary

    def _of_content(self) -> dict[str, Any]:
        content = self.content
        return {
            "content_id": content.id, "channel_id": content.channel_id, "kind": content.kind
        }  # fmt: skip

    def _try(
        self, learner: User, summary: ContentSummary, *, repeat: bool, at: datetime
    ) -> MasteryLog | None:
        model, tried = self.content.model, self.tried
        if model is None:
            return None
        if tried is not None and not (repeat and tried.complete):
            return tried
        is_quiz = Criterion.of(model).is_quiz
        self.tries += 1
        self.attempts = []
        tried = MasteryLog(
            id=self.chance.key(at),
            user=learner,
            summary=summary,
            content_id=self.content.id,
            mastery_level=-1 - self.chance.getrandbits(31) if is_quiz else self.tries,
            is_quiz=is_quiz,
            is_coach_assigned=self.content.quiz_id is not None,
            mastery_criterion=model,
            **_now(at),
        )
        self.records.tries.append(tried)
        return tried

    def move(self, update: UpdateSession, *, at: datetime) -> None:
        """Update the session, like `update_session`."""
        self.session.advance(update, at=at)
        if self.summary is not None:
            self.summary.advance(update, at=at)
        interactions = update.interactions or ()
        if interactions:
            self._answer(interactions, at=at)
        if self.tried is not None and self.summary is not None:
            self._judge(self.tried, self.summary, update, at=at)

    def _answer(self, interactions: tuple[Interaction, ...], *, at: datetime) -> None:
        """Apply interactions of one question; those with `replace` go to its latest attempt."""
        first, *more = interactions
        attempt = self._latest(first.item) if first.replace else None
        if attempt is not None:
            attempt.apply_interaction(first, at=at)
        else:
            attempt = self._begin(first, at=at)
        for interaction in more:
            attempt.apply_interaction(interaction, at=at)

    def _latest(self, item: str) -> AttemptLog | None:
        return next((a for a in reversed(self.attempts) if a.item == item), None)

    def _begin(self, interaction: Interaction, *, at: datetime) -> AttemptLog:
        counter = self.tried or self.session
        attempt = AttemptLog.start(interaction, self.session, position=counter.attempt_count, at=at)
        attempt.id = self.chance.key(at)
        counter.attempt_count += 1
        self.attempts.append(attempt)
        self.records.attempts.append(attempt)
        return attempt

    def _judge(
        self, tried: MasteryLog, summary: ContentSummary, update: UpdateSession, *, at: datetime
    ) -> None:
        window = tried.criterion.window
        scores = [attempt.score for attempt in self.attempts if attempt.judged][-window:]
        if update.interactions and tried.criterion.met(scores if window else []):
            self.session.finish(at=at)
            summary.finish(at=at)
        tried.advance(update.time_spent_delta, at=at)
        if summary.complete:
            tried.finish(at=at)


def _now(at: datetime) -> dict[str, datetime]:
    return {"start_timestamp": at, "end_timestamp": at}
