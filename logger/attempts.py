"""Attempts of a try or session: load them, apply interactions in memory, save them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from django.db.models import Max, Q, UUIDField

from analytics.events import Clock
from infra.db.compiled_queries import CompiledQuery, CompiledUpsert, Param
from logger.commands import Interaction
from logger.evidence import FirstAnswer
from logger.models import AttemptLog, AttemptLogQuerySet, ContentSession

# Limits what a client reads at once when it continues a quiz or compares two tries; no learner
# gives so many answers in one try. The limit for guests is lower: they have no try to continue.
MAX_ATTEMPTS = 10_000
MAX_GUEST_ATTEMPTS = 1_000
Scored = tuple[int, float, bool]
SCORED = ("position", "correct", "hinted")
_SAVE = CompiledUpsert(AttemptLog, unique_fields=["id"], update_fields=AttemptLog.UPDATE_FIELDS)


@lru_cache(maxsize=64)
def _last_scores_query(count: int) -> CompiledQuery[AttemptLog]:
    """Return the query for the scores of the last attempts of a try."""
    return CompiledQuery(
        lambda: (
            AttemptLog.objects.filter(mastery_log_id=Param("mastery_log", UUIDField()))
            .last_arrived(count)
            .values_list(*SCORED)
        )
    )


class UnknownAttempt(LookupError):
    """No attempt of this try has this id."""

    field = "interactions.id"


class TooMuchHistory(ValueError):
    """An attempt holds at most 1,000 interactions and 256 KiB."""

    field = "interactions"


class TooManyAttempts(ValueError):
    """A try holds at most 10,000 attempts, and a guest's session 1,000."""

    field = "interactions"


class Attempts:
    """The attempts of one try, or of one session without a try, that a PUT may change.

    They are loaded in one statement under the learner's lock, changed in memory, and saved in one
    statement.
    """

    def __init__(
        self, session: ContentSession, interactions: Sequence[Interaction], *, window: int
    ) -> None:
        self.session = session
        self.counter = session.mastery_log or session
        self.window = window
        self.earlier_scores: list[Scored] = []
        self.attempts_by_id = {attempt.pk: attempt for attempt in self._load(interactions)}
        self.changed: dict[UUID, AttemptLog] = {}
        self.first_answers: list[FirstAnswer] = []

    def _load(self, interactions: Sequence[Interaction]) -> Iterable[AttemptLog]:
        """Load the attempts that the interactions refer to, and the criterion's window.

        Most interactions refer to no attempt. Then only the scores of the window are read.
        """
        attempts = self._existing_attempts()
        if not (interactions and self.counter.attempt_count):
            return ()
        wanted = Q()
        if ids := {interaction.id for interaction in interactions if interaction.id}:
            wanted |= Q(pk__in=ids)
        replaced = {i.item for i in interactions if i.replace and not i.id}
        if replaced:
            latest = (
                attempts.filter(item__in=replaced).values("item").annotate(last=Max("position"))
            )
            wanted |= Q(position__in=latest.values("last"))
        if not wanted:
            if self.window:
                query = _last_scores_query(self.window)
                self.earlier_scores = [
                    (position, correct, hinted)
                    for position, correct, hinted in query.rows(
                        mastery_log=self.session.mastery_log_id
                    )
                ]
            return ()
        if self.window:
            wanted |= Q(pk__in=attempts.last_arrived(self.window).values("pk"))
        return attempts.filter(wanted)

    def _existing_attempts(self) -> AttemptLogQuerySet:
        if self.session.mastery_log_id:
            return AttemptLog.objects.filter(mastery_log=self.session.mastery_log_id)
        return AttemptLog.objects.filter(session=self.session, mastery_log=None)

    def apply(self, interactions: Sequence[Interaction], *, clock: Clock) -> list[AttemptLog]:
        """Apply the interactions in memory; each run of equal items makes one attempt.

        Interactions with a timestamp of their own keep it.

        Raises
        ------
        UnknownAttempt : an id names no attempt at that item in this try.
        TooMuchHistory : an attempt would hold more than 1,000 interactions or 256 KiB.
        TooManyAttempts : the try, or the session without a try, would hold more than its limit.
        """
        return [
            self._apply(list(group), clock=clock)
            for _item, group in groupby(interactions, key=lambda interaction: interaction.item)
        ]

    def _apply(self, group: list[Interaction], *, clock: Clock) -> AttemptLog:
        attempt = self._find(group[0])
        if attempt is None:
            self._check_attempt_limit()
            first, *group = group
            at = clock.happened_at(first.timestamp)
            attempt = AttemptLog.start(
                first, self.session, position=self.counter.attempt_count, at=at
            )
            self.counter.attempt_count += 1
            self.attempts_by_id[attempt.pk] = attempt
            self._record_first_answer(attempt, first, at=at)
        for interaction in group:
            at = clock.happened_at(interaction.timestamp)
            was_answered = attempt.answered
            attempt.apply_interaction(interaction, at=at)
            if not was_answered:
                self._record_first_answer(attempt, interaction, at=at)
        if attempt.exceeds_limits:
            raise TooMuchHistory
        self.changed[attempt.pk] = attempt
        return attempt

    def _check_attempt_limit(self) -> None:
        limit = MAX_GUEST_ATTEMPTS if self.session.user_id is None else MAX_ATTEMPTS
        if self.counter.attempt_count >= limit:
            raise TooManyAttempts

    def _record_first_answer(
        self, attempt: AttemptLog, interaction: Interaction, *, at: datetime
    ) -> None:
        if interaction.is_answer:
            self.first_answers.append(FirstAnswer.of(attempt, interaction, at=at))

    def _find(self, interaction: Interaction) -> AttemptLog | None:
        if interaction.id:
            attempt = self.attempts_by_id.get(interaction.id)
            if attempt is None or attempt.item != interaction.item:
                raise UnknownAttempt
            return attempt
        if not interaction.replace:
            return None
        same_item = [a for a in self.attempts_by_id.values() if a.item == interaction.item]
        return max(same_item, key=lambda attempt: attempt.position, default=None)

    def scores(self) -> list[float]:
        """Return the scores the criterion counts, in order of arrival, the newest last."""
        current = [
            (attempt.position, attempt.correct, attempt.hinted)
            for attempt in self.attempts_by_id.values()
            if attempt.judged
        ]
        counted = sorted([*self.earlier_scores, *current])[-self.window :] if self.window else []
        return [AttemptLog.score_of(correct, hinted=hinted) for _at, correct, hinted in counted]

    def save(self) -> None:
        """Save new and changed attempts in one statement."""
        _SAVE(self.changed.values())
