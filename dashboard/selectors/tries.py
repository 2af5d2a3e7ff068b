"""One try, beside the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from dashboard.selectors.contents import content_title
from dashboard.selectors.item_codes import known_items
from infra.db.keyset import Cursor
from logger.mastery import CORRECT
from logger.models import AttemptLog, MasteryLog, MasteryLogQuerySet
from logger.outcomes import Outcome
from logger.selectors import TryDiff, try_diff
from roster.models import User

ATTEMPTS = 100


class UnknownTryOfLearner(LookupError):
    """There is no such try among those the viewer may see."""


@dataclass(frozen=True, kw_only=True)
class ShownAttempt:
    """One attempt of a try: what came of it, and how its score changed; `item` where known."""

    row: dict[str, Any]
    outcome: Outcome
    change: float | None
    item: UUID | None


@dataclass(frozen=True, kw_only=True)
class LearnerTry:
    """One try, its attempts as far as a page shows them, and its neighbours.

    `recent_correct` is how many of the newest attempts that the criterion looks at are right;
    None where it looks at none.
    """

    mastery_log: MasteryLog
    title: str | None
    diff: TryDiff
    attempts: list[ShownAttempt]
    newer: UUID | None
    recent_correct: int | None

    @property
    def correct(self) -> int:
        """How many attempts are right."""
        return int(self.diff.target["correct"])

    @property
    def older(self) -> UUID | None:
        """The try it is compared with."""
        return self.diff.previous["id"] if self.diff.previous else None


def learner_try(viewer: User, try_id: UUID, *, after: Cursor | None = None) -> LearnerTry:
    """Return a try with its attempts, oldest first, from a place on.

    Raises
    ------
    UnknownTryOfLearner : there is none the viewer may see.
    BadCursor : the attempts are to go on after one of another try.
    """
    visible = MasteryLog.objects.visible_to(viewer)
    tried = visible.filter(pk=try_id).select_related("user", "summary").first()
    if tried is None:
        raise UnknownTryOfLearner
    series = MasteryLog.objects.filter(user=tried.user_id, content_id=tried.content_id)
    diff = try_diff(_up_to(series, tried).newest_first(), 0, after=after, most=ATTEMPTS)
    return LearnerTry(
        mastery_log=tried,
        title=content_title(tried.content_id, tried.user.facility_id),
        diff=diff,
        attempts=_shown(tried, diff),
        newer=_after(series, tried).order_by("end_timestamp", "id").values_list("pk", flat=True)
        .first(),
        recent_correct=_recent_correct(tried),
    )  # fmt: skip


def _up_to(series: MasteryLogQuerySet, tried: MasteryLog) -> MasteryLogQuerySet:
    """Return the try and those before it, in the order of contract 1.4."""
    earlier = Q(end_timestamp__lt=tried.end_timestamp)
    return series.filter(earlier | Q(end_timestamp=tried.end_timestamp, pk__lte=tried.pk))


def _after(series: MasteryLogQuerySet, tried: MasteryLog) -> MasteryLogQuerySet:
    later = Q(end_timestamp__gt=tried.end_timestamp)
    return series.filter(later | Q(end_timestamp=tried.end_timestamp, pk__gt=tried.pk))


def _shown(tried: MasteryLog, diff: TryDiff) -> list[ShownAttempt]:
    names = {row["item"] for row, _change in diff.attempts}
    items = known_items(tried.user.facility_id, tried.content_id, names)
    return [
        ShownAttempt(row=row, outcome=_outcome(row), change=change, item=items.get(row["item"]))
        for row, change in diff.attempts
    ]


def _outcome(row: dict[str, Any]) -> Outcome:
    judged = any(entry["type"] != "error" for entry in row["interaction_history"])
    return Outcome.of(correct=row["correct"], hinted=row["hinted"], judged=judged)


def _recent_correct(tried: MasteryLog) -> int | None:
    """Count the right answers among those the criterion looks at."""
    window = tried.criterion.window
    if not window:
        return None
    late = tried.attempts.last_arrived(window).values_list("correct", "hinted")
    scores = (AttemptLog.score_of(correct, hinted=hinted) for correct, hinted in late)
    return sum(score == CORRECT for score in scores)
