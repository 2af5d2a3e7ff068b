"""Interactions become attempts: found or begun, worked on in memory, then written at once."""

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

# What a client reads at once when it goes on with a quiz or compares two tries; no learner answers
# so much in one. A guest, whom nobody knows, has no try to come back to.
MAX_ATTEMPTS = 10_000
MAX_GUEST_ATTEMPTS = 1_000
Scored = tuple[int, float, bool]
SCORED = ("position", "correct", "hinted")
_SAVE = CompiledUpsert(AttemptLog, unique_fields=["id"], update_fields=AttemptLog.UPDATE_FIELDS)


@lru_cache(maxsize=64)
def _window(count: int) -> CompiledQuery[AttemptLog]:
    """Return the last scores of a try."""
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
    """The attempts of one try, or of one session without a try, that a PUT may touch.

    Loaded in one statement under the learner's lock, changed in memory, written in one.
    """

    def __init__(
        self, session: ContentSession, interactions: Sequence[Interaction], *, window: int
    ) -> None:
        self.session = session
        self.counter = session.mastery_log or session
        self.window = window
        self.before: list[Scored] = []
        self.known = {attempt.pk: attempt for attempt in self._load(interactions)}
        self.touched: dict[UUID, AttemptLog] = {}
        self.answered: list[FirstAnswer] = []

    def _load(self, interactions: Sequence[Interaction]) -> Iterable[AttemptLog]:
        """Read what the interactions name, and the window the criterion looks at.

        Where they name nothing, as most do, scores are all that is needed of the window.
        """
        there = self._existing()
        if not (interactions and self.counter.attempt_count):
            return ()
        wanted = Q()
        if ids := {interaction.id for interaction in interactions if interaction.id}:
            wanted |= Q(pk__in=ids)
        replaced = {i.item for i in interactions if i.replace and not i.id}
        if replaced:
            latest = there.filter(item__in=replaced).values("item").annotate(last=Max("position"))
            wanted |= Q(position__in=latest.values("last"))
        if not wanted:
            if self.window:
                window = _window(self.window)
                self.before = [
                    (position, correct, hinted)
                    for position, correct, hinted in window.rows(
                        mastery_log=self.session.mastery_log_id
                    )
                ]
            return ()
        if self.window:
            wanted |= Q(pk__in=there.last_arrived(self.window).values("pk"))
        return there.filter(wanted)

    def _existing(self) -> AttemptLogQuerySet:
        if self.session.mastery_log_id:
            return AttemptLog.objects.filter(mastery_log=self.session.mastery_log_id)
        return AttemptLog.objects.filter(session=self.session, mastery_log=None)

    def apply(self, interactions: Sequence[Interaction], *, clock: Clock) -> list[AttemptLog]:
        """Work the interactions in, in memory; one attempt for each run of equal items.

        Interactions that say when they happened keep their own time.

        Raises
        ------
        UnknownAttempt : an id names no attempt at that item in this try.
        TooMuchHistory : an attempt would hold more than 1,000 interactions or 256 KiB.
        TooManyAttempts : the try, or the session without one, would hold more than it may.
        """
        return [
            self._apply(list(group), clock=clock)
            for _item, group in groupby(interactions, key=lambda interaction: interaction.item)
        ]

    def _apply(self, group: list[Interaction], *, clock: Clock) -> AttemptLog:
        attempt = self._find(group[0])
        if attempt is None:
            self._refuse_too_many()
            first, *group = group
            at = clock.happened_at(first.timestamp)
            attempt = AttemptLog.start(
                first, self.session, position=self.counter.attempt_count, at=at
            )
            self.counter.attempt_count += 1
            self.known[attempt.pk] = attempt
            self._record_first_answer(attempt, first, at=at)
        for interaction in group:
            at = clock.happened_at(interaction.timestamp)
            was_answered = attempt.answered
            attempt.apply_interaction(interaction, at=at)
            if not was_answered:
                self._record_first_answer(attempt, interaction, at=at)
        if attempt.exceeds_limits:
            raise TooMuchHistory
        self.touched[attempt.pk] = attempt
        return attempt

    def _refuse_too_many(self) -> None:
        most = MAX_GUEST_ATTEMPTS if self.session.user_id is None else MAX_ATTEMPTS
        if self.counter.attempt_count >= most:
            raise TooManyAttempts

    def _record_first_answer(
        self, attempt: AttemptLog, interaction: Interaction, *, at: datetime
    ) -> None:
        if interaction.is_answer:
            self.answered.append(FirstAnswer.of(attempt, interaction, at=at))

    def _find(self, interaction: Interaction) -> AttemptLog | None:
        if interaction.id:
            attempt = self.known.get(interaction.id)
            if attempt is None or attempt.item != interaction.item:
                raise UnknownAttempt
            return attempt
        if not interaction.replace:
            return None
        same_item = [a for a in self.known.values() if a.item == interaction.item]
        return max(same_item, key=lambda attempt: attempt.position, default=None)

    def scores(self) -> list[float]:
        """Return the scores the criterion judges by, in order of arrival, the newest last."""
        now = [
            (attempt.position, attempt.correct, attempt.hinted)
            for attempt in self.known.values()
            if attempt.judged
        ]
        judged = sorted([*self.before, *now])[-self.window :] if self.window else []
        return [AttemptLog.score_of(correct, hinted=hinted) for _at, correct, hinted in judged]

    def save(self) -> None:
        """Write new and changed attempts in one statement."""
        _SAVE(self.touched.values())
