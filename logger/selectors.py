"""Reads that need several queries: what changed between two tries, contents completed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from infra.db.byte_limits import ByteLimitedRows
from infra.db.keyset import BadCursor, Cursor, after_cursor
from logger.models import AttemptLog, ContentSummary, MasteryLog, MasteryLogQuerySet
from logger.progress_rounding import difference

Row = dict[str, Any]

TRY = (
    "id", "mastery_criterion", "mastery_level", "start_timestamp", "end_timestamp",
    "completion_timestamp", "complete", "correct", "time_spent",
)  # fmt: skip
ATTEMPT = (
    "id", "item", "start_timestamp", "end_timestamp", "completion_timestamp", "time_spent",
    "complete", "correct", "hinted", "answer", "simple_answer", "interaction_history", "error",
    "user", "mastery_log", "session",
)  # fmt: skip
OLDEST = ["start_timestamp", "id"]
MAX_INDEX = 2**31


class UnknownTry(LookupError):
    """There is no try at this index."""


@dataclass(frozen=True, kw_only=True)
class TryDiff:
    """One try, and how it differs from the next older one.

    `previous` is None for the oldest try. `attempts` are the target's, oldest first, as far as
    their bytes may reach, each with the change of its score against the latest attempt at that
    item in the previous try, None where there was none. `following` is where they go on.
    """

    target: Row
    previous: Row | None
    attempts: list[tuple[Row, float | None]]
    following: Cursor | None

    @property
    def correct(self) -> int | None:
        """How many more right answers than in the previous try."""
        if self.previous is None:
            return None
        return int(self.target["correct"] - self.previous["correct"])

    @property
    def time_spent(self) -> float | None:
        """How many more seconds than in the previous try."""
        if self.previous is None:
            return None
        return difference(self.target["time_spent"], self.previous["time_spent"])


def try_diff(
    tries: MasteryLogQuerySet, index: int, *, after: Cursor | None = None, most: int | None = None
) -> TryDiff:
    """Compare the try at an index of an ordered queryset with the next older one.

    `most` is how many attempts to bring; None: all.

    Raises
    ------
    UnknownTry : the index is negative or beyond the last try.
    BadCursor : the attempts are to go on after one of another try.
    """
    if not 0 <= index < MAX_INDEX:
        raise UnknownTry
    pair: list[Row] = list(tries.with_correct().values(*TRY, "attempt_count")[index : index + 2])
    if not pair:
        raise UnknownTry
    target, previous = pair[0], pair[1] if len(pair) > 1 else None
    count = target.pop("attempt_count")
    count = count if most is None else min(count, most)
    rows, following = _attempts(target["id"], count, after)
    then = _latest_scores(previous["id"]) if previous else {}
    return TryDiff(
        target=target,
        previous=previous,
        attempts=[
            (row, difference(row["correct"], then[row["item"]]) if row["item"] in then else None)
            for row in rows
        ],
        following=following,
    )


def _attempts(try_id: UUID, count: int, after: Cursor | None) -> tuple[list[Row], Cursor | None]:
    """Return a try's attempts, oldest first, as far as they may reach, and where they go on."""
    theirs = AttemptLog.objects.filter(mastery_log=try_id)
    if after is not None and not theirs.filter(pk=after.key).exists():
        raise BadCursor
    # Those that arrive while this is read come with what follows.
    nearest = ByteLimitedRows(
        after_cursor(theirs.order_by(*OLDEST).values(*ATTEMPT), after), count + 1
    )
    rows, there_is_more = nearest.first_batch(max(1, count))
    return nearest.hydrate(rows), Cursor.after_row(rows[-1], OLDEST) if there_is_more else None


def _latest_scores(try_id: UUID) -> dict[str, float]:
    """Return the score of the latest attempt at each item of a try."""
    theirs = AttemptLog.objects.filter(mastery_log=try_id)
    return dict(theirs.order_by("end_timestamp", "id").values_list("item", "correct"))


def completed_count(learner_id: UUID) -> int:
    """Count the contents a learner completed: by a try, whatever came after, or by progress."""
    completed_try = MasteryLog.objects.filter(summary=OuterRef("pk"), complete=True)
    return (
        ContentSummary.objects.filter(user=learner_id)
        .filter(Q(progress__gte=1) | Exists(completed_try))
        .count()
    )
