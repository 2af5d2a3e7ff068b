"""Evidence for the learner model from attempts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.events import Answer, Source
from logger.commands import Interaction
from logger.models import AttemptLog, MasteryLog


@dataclass(frozen=True, kw_only=True)
class FirstAnswer:
    """An attempt when it was first answered.

    Later answers show that the learner worked on the question, not that they knew it.
    """

    attempt: AttemptLog
    score: float
    seconds: float
    at: datetime

    @classmethod
    def of(cls, attempt: AttemptLog, interaction: Interaction, *, at: datetime) -> FirstAnswer:
        """Return the first answer of an attempt; after a hint or an error it scores 0."""
        return cls(
            attempt=attempt,
            score=0.0 if attempt.hinted or attempt.error else interaction.correct,
            seconds=interaction.time_spent,
            at=at,
        )


def answers_to_exercise(
    content_id: UUID, firsts: Iterable[FirstAnswer], *, by_learner: bool
) -> list[Answer]:
    """Return the evidence of an exercise; an attempt counts once, when it is first answered.

    The skill is the one whose code is the content's id, unless the item has a skill of its own.
    `by_learner`: the learner sent it, not an app.
    """
    return [
        Answer(
            source=Source.SESSION,
            source_id=first.attempt.pk.hex,
            skill=content_id.hex,
            item=f"{content_id.hex}:{first.attempt.item}",
            item_alone=first.attempt.item,
            by_learner=by_learner,
            is_default=True,
            score=first.score,
            seconds=first.seconds,
            hinted=first.attempt.hinted,
            happened_at=first.at,
        )
        for first in firsts
    ]


def answers_to_quiz(mastery_log: MasteryLog) -> list[Answer]:
    """Return the evidence of a quiz, whose answers can be replaced until it is submitted.

    Only items that have a skill of their own give evidence, because a quiz covers many skills.
    """
    attempts = mastery_log.attempts.filter(judged=True).order_by("position")
    return [
        Answer(
            source=Source.SESSION,
            source_id=pk.hex,
            item_alone=item,
            is_default=True,
            score=AttemptLog.score_of(correct, hinted=hinted),
            seconds=seconds,
            hinted=hinted,
            happened_at=at,
        )
        for pk, item, correct, hinted, seconds, at in attempts.values_list(
            "pk", "item", "correct", "hinted", "time_spent", "end_timestamp"
        )
    ]
