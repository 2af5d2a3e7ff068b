"""Reads that need several queries: the difference between two tries, completed contents."""

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
    """One try and its differences from the next older one.

    `previous` is None for the oldest try. `attempts` are those of the target, oldest first, up to a
    limit in bytes. Each comes with the change of its score since the latest attempt at the same
    item in the previous try; None if there was none. `following` is the cursor of the next page.
    """

    target: Row
    previous: Row | None
    attempts: list[tuple[Row, float | None]]
    following: Cursor | None

    @property
    def correct(self) -> int | None:
        """Right answers minus those of the previous try; None without a previous try."""
        if self.previous is None:
            return None
        return int(self.target["correct"] - self.previous["correct"])

    @property
    def time_spent(self) -> float | None:
        """Seconds spent minus those of the previous try; None without a previous try."""
        if self.previous is None:
            return None
        return difference(self.target["time_spent"], self.previous["time_spent"])


def get_try_diff(
    tries: MasteryLogQuerySet, index: int, *, after: Cursor | None = None, limit: int | None = None
) -> TryDiff:
    """Compare the try at an index of an ordered queryset with the next older one.

    `limit` is the maximum number of attempts to read; None reads all.

    Raises
    ------
    UnknownTry : the index is negative or beyond the last try.
    BadCursor : the cursor is of an attempt of another try.
    """
    if not 0 <= index < MAX_INDEX:
        raise UnknownTry
    pair: list[Row] = list(tries.with_correct().values(*TRY, "attempt_count")[index : index + 2])
    if not pair:
        raise UnknownTry
    target, previous = pair[0], pair[1] if len(pair) > 1 else None
    count = target.pop("attempt_count")
    count = count if limit is None else min(count, limit)
    rows, following = _list_attempts(target["id"], count, after)
    scores = _latest_scores(previous["id"]) if previous else {}
    return TryDiff(
        target=target,
        previous=previous,
        attempts=[
            (
                row,
                difference(row["correct"], scores[row["item"]]) if row["item"] in scores else None,
            )
            for row in rows
        ],
        following=following,
    )


def _list_attempts(
    try_id: UUID, count: int, after: Cursor | None
) -> tuple[list[Row], Cursor | None]:
    """Return a try's attempts, oldest first, up to the limits, and the cursor of the next ones."""
    attempts = AttemptLog.objects.filter(mastery_log=try_id)
    if after is not None and not attempts.filter(pk=after.key).exists():
        raise BadCursor
    # Attempts that arrive while this is read belong to the next page.
    limited_rows = ByteLimitedRows(
        after_cursor(attempts.order_by(*OLDEST).values(*ATTEMPT), after), count + 1
    )
    rows, has_more = limited_rows.first_batch(max(1, count))
    return limited_rows.hydrate(rows), Cursor.after_row(rows[-1], OLDEST) if has_more else None


def _latest_scores(try_id: UUID) -> dict[str, float]:
    """Return the score of the latest attempt at each item of a try."""
    attempts = AttemptLog.objects.filter(mastery_log=try_id)
    return dict(attempts.order_by("end_timestamp", "id").values_list("item", "correct"))


def count_completed(learner_id: UUID) -> int:
    """Count the contents a learner completed, by a try or by progress.

    A completed try counts whatever came after it.
    """
    completed_try = MasteryLog.objects.filter(summary=OuterRef("pk"), complete=True)
    return (
        ContentSummary.objects.filter(user=learner_id)
        .filter(Q(progress__gte=1) | Exists(completed_try))
        .count()
    )
