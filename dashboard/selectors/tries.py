"""One try, compared with the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from dashboard.selectors.contents import content_title
from dashboard.selectors.criteria import criterion_states
from dashboard.selectors.item_codes import known_items
from infra.db.keyset import Cursor
from logger.models import MasteryLog, MasteryLogQuerySet
from logger.outcomes import Outcome
from logger.selectors import TryDiff, get_try_diff
from roster.models import User

ATTEMPTS = 100


class UnknownTryOfLearner(LookupError):
    """There is no such try among those the viewer may see."""


@dataclass(frozen=True, kw_only=True)
class ShownAttempt:
    """One attempt of a try: its outcome and the change of its score; `item` if it is known."""

    row: dict[str, Any]
    outcome: Outcome
    change: float | None
    item: UUID | None


@dataclass(frozen=True, kw_only=True)
class LearnerTry:
    """One try, one page of its attempts, and its neighbours.

    `reached` says how much of its criterion an open try has reached; empty if that counts no
    right answers.
    """

    mastery_log: MasteryLog
    title: str | None
    diff: TryDiff
    attempts: list[ShownAttempt]
    newer: UUID | None
    reached: str

    @property
    def correct(self) -> int:
        """The number of right attempts."""
        return int(self.diff.target["correct"])

    @property
    def older(self) -> UUID | None:
        """The id of the try it is compared with."""
        return self.diff.previous["id"] if self.diff.previous else None


def get_learner_try(viewer: User, try_id: UUID, *, after: Cursor | None = None) -> LearnerTry:
    """Return a try with its attempts, oldest first, from a cursor on.

    Raises
    ------
    UnknownTryOfLearner : the viewer may not see such a try.
    BadCursor : the cursor is of an attempt of another try.
    """
    visible = MasteryLog.objects.visible_to(viewer)
    mastery_log = visible.filter(pk=try_id).select_related("user__facility", "summary").first()
    if mastery_log is None:
        raise UnknownTryOfLearner
    series = MasteryLog.objects.filter(user=mastery_log.user_id, content_id=mastery_log.content_id)
    diff = get_try_diff(
        _tries_up_to(series, mastery_log).newest_first(), 0, after=after, limit=ATTEMPTS
    )
    return LearnerTry(
        mastery_log=mastery_log,
        title=content_title(mastery_log.content_id, mastery_log.user.facility_id),
        diff=diff,
        attempts=_shown_attempts(mastery_log, diff),
        newer=_tries_after(series, mastery_log).order_by("end_timestamp", "id")
        .values_list("pk", flat=True).first(),
        reached=criterion_states([mastery_log]).get(mastery_log.pk, ""),
    )  # fmt: skip


def _tries_up_to(series: MasteryLogQuerySet, mastery_log: MasteryLog) -> MasteryLogQuerySet:
    """Return the try and those before it, in the order of contract 1.4."""
    earlier = Q(end_timestamp__lt=mastery_log.end_timestamp)
    return series.filter(
        earlier | Q(end_timestamp=mastery_log.end_timestamp, pk__lte=mastery_log.pk)
    )


def _tries_after(series: MasteryLogQuerySet, mastery_log: MasteryLog) -> MasteryLogQuerySet:
    later = Q(end_timestamp__gt=mastery_log.end_timestamp)
    return series.filter(later | Q(end_timestamp=mastery_log.end_timestamp, pk__gt=mastery_log.pk))


def _shown_attempts(mastery_log: MasteryLog, diff: TryDiff) -> list[ShownAttempt]:
    names = {row["item"] for row, _change in diff.attempts}
    items = known_items(mastery_log.user.facility_id, mastery_log.content_id, names)
    return [
        ShownAttempt(row=row, outcome=_outcome(row), change=change, item=items.get(row["item"]))
        for row, change in diff.attempts
    ]


def _outcome(row: dict[str, Any]) -> Outcome:
    judged = any(entry["type"] != "error" for entry in row["interaction_history"])
    return Outcome.of(correct=row["correct"], hinted=row["hinted"], judged=judged)
