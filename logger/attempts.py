"""Attempts of a try or session: load them, apply interactions in memory, save them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db.models import F, IntegerField, Max, Q, UUIDField

from analytics.events import Clock
from infra.db.any_of import ManyParam
from infra.db.compiled_queries import CompiledQuery, CompiledUpsert, Param
from logger.commands import Interaction
from logger.evidence import FirstAnswer
from logger.models import AttemptLog, AttemptLogQuerySet, ContentSession, MasteryLog

# Limits what a client reads at once when it continues a quiz or compares two tries; no learner
# gives so many answers in one try. The limit for guests is lower: they have no try to continue.
MAX_ATTEMPTS = 10_000
MAX_GUEST_ATTEMPTS = 1_000
Scored = tuple[int, float, bool]
SCORED = ("position", "correct", "hinted")
_SAVE = CompiledUpsert(AttemptLog, unique_fields=["id"], update_fields=AttemptLog.UPDATE_FIELDS)


_LAST_SCORES = CompiledQuery(
    lambda: MasteryLog.objects.filter(
        pk__any_of=ManyParam("tries", UUIDField()),
        attempts__judged=True,
        attempts__position__gte=F("attempt_count") - Param("window", IntegerField()),
    ).values_list("pk", *(f"attempts__{name}" for name in SCORED))
)


def find_last_scores(
    tries: Iterable[tuple[MasteryLog, Sequence[Interaction]]],
) -> dict[UUID, list[Scored]]:
    """Return the scores in the windows of the criteria, of tries whose attempts are not loaded.

    The last attempts of a try have the highest positions. Where some of them are not counted, the
    scores before them are read by a statement of its own.
    """
    windows = {
        tried.pk: (tried.criterion.window, tried)
        for tried, interactions in tries
        if tried.attempt_count and interactions and not _refer_to_attempts(interactions)
    }
    widest = max((window for window, _tried in windows.values()), default=0)
    if not widest:
        return {}
    scores: dict[UUID, list[Scored]] = {pk: [] for pk in windows}
    for pk, *scored in _LAST_SCORES.rows(tries=list(windows), window=widest):
        scores[pk].append(tuple(scored))
    for pk, (window, tried) in windows.items():
        if len(scores[pk]) < window and tried.attempt_count > widest:
            scores[pk] = list(tried.attempts.last_arrived(window).values_list(*SCORED))
    return scores


def _refer_to_attempts(interactions: Iterable[Interaction]) -> bool:
    """Return whether an interaction may change an attempt that exists."""
    return any(each.id or each.replace for each in interactions)


def save_attempts(attempts: Iterable[AttemptLog]) -> None:
    """Save new and changed attempts in one statement."""
    _SAVE(attempts)


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

    Those that interactions refer to are loaded in one statement under the learner's lock, and
    changed in memory.
    """

    def __init__(self, session: ContentSession) -> None:
        self.session = session
        self.counter = session.mastery_log or session
        self.window = session.mastery_log.criterion.window if session.mastery_log else 0
        self.earlier_scores: Sequence[Scored] = ()
        self.attempts_by_id: dict[UUID, AttemptLog] = {}
        self.changed: dict[UUID, AttemptLog] = {}
        self.first_answers: list[FirstAnswer] = []
        # The bytes of histories and answers; a history is written as a whole.
        self.written_bytes = 0

    def load(
        self, interactions: Sequence[Interaction], *, earlier_scores: Sequence[Scored]
    ) -> None:
        """Load the attempts that the interactions refer to, and the criterion's window.

        Parameters
        ----------
        earlier_scores : the scores of the window, if the interactions refer to no attempts.
        """
        if self.counter.attempt_count and _refer_to_attempts(interactions):
            self.attempts_by_id = {attempt.pk: attempt for attempt in self._find_all(interactions)}
        else:
            self.earlier_scores = earlier_scores

    def _find_all(self, interactions: Sequence[Interaction]) -> Iterable[AttemptLog]:
        attempts = self._existing_attempts()
        wanted = Q()
        if ids := {interaction.id for interaction in interactions if interaction.id}:
            wanted |= Q(pk__in=ids)
        replaced = {i.item for i in interactions if i.replace and not i.id}
        if replaced:
            latest = (
                attempts.filter(item__in=replaced).values("item").annotate(last=Max("position"))
            )
            wanted |= Q(position__in=latest.values("last"))
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
        size = attempt.measure()
        if size is None:
            raise TooMuchHistory
        self.written_bytes += size
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
