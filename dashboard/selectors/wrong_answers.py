"""Most frequent wrong answers to a question."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from analytics.core.item_analysis import MIN_ANSWERS
from analytics.models import Item
from dashboard.selectors.item_codes import split_item_code
from infra.db.byte_limits import ByteLimitedRows, Row
from logger.mastery import CORRECT
from logger.models import AttemptLog, AttemptLogQuerySet
from logger.presentation import readable
from roster.models import User

# The newest attempts, up to a limit in bytes.
ATTEMPTS = 1000
ANSWERS = 5
LEARNERS = 3


@dataclass(frozen=True, kw_only=True)
class GivenBy:
    """A learner who gave an answer, and the attempt in which they gave it last."""

    learner: User
    attempt: UUID


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """One wrong answer, its count, and the learners who gave it last."""

    text: str
    count: int
    given_by: list[GivenBy]


@dataclass(frozen=True, kw_only=True)
class WrongAnswers:
    """The most frequent wrong answers among the newest attempts at a question.

    They are shown from ten attempts on, like the other figures of an item.
    """

    attempts: int
    wrong: int
    answers: list[WrongAnswer]
    least = MIN_ANSWERS

    @property
    def is_hidden(self) -> bool:
        """True if there are too few attempts to show the answers."""
        return 0 < self.attempts < self.least


def get_wrong_answers(viewer: User, item: Item) -> WrongAnswers:
    """Return the most frequent wrong answers of the viewer's learners at an item.

    The item's code is a content and a question, or a question alone, in any content.
    """
    attempts = _attempts_at(viewer, item)
    limited_rows = ByteLimitedRows(
        attempts.newest_first().values("id", "user", "correct", "answer", "simple_answer"), ATTEMPTS
    )
    rows, _has_more = limited_rows.first_batch(ATTEMPTS)
    wrong = [row for row in limited_rows.hydrate(rows) if row["correct"] != CORRECT]
    shown = wrong if len(rows) >= MIN_ANSWERS else []
    return WrongAnswers(attempts=len(rows), wrong=len(wrong), answers=_most_frequent(shown))


def _attempts_at(viewer: User, item: Item) -> AttemptLogQuerySet:
    content_id, name = split_item_code(item.code or "")
    # As in `known_items`: questions of other exercises may have the same name as an app's item.
    if content_id is None and item.skill_id is None:
        return AttemptLog.objects.none()
    visible = AttemptLog.objects.visible_to(viewer)
    attempts = visible.filter(facility=item.facility_id, user__isnull=False, judged=True, item=name)
    return attempts.filter(content_id=content_id) if content_id else attempts


def _most_frequent(wrong: list[Row]) -> list[WrongAnswer]:
    by_text = defaultdict(list)
    for row in wrong:
        by_text[readable(row["answer"], row["simple_answer"])].append(row)
    # The rows are newest first and the sort is stable, so ties go to the newest answer.
    frequent = sorted(by_text.items(), key=lambda answer: len(answer[1]), reverse=True)[:ANSWERS]
    latest = {text: _latest_of_each(rows) for text, rows in frequent}
    learners = User.objects.in_bulk({row["user"] for rows in latest.values() for row in rows})
    return [
        WrongAnswer(
            text=text,
            count=len(rows),
            given_by=[
                GivenBy(learner=learners[row["user"]], attempt=row["id"]) for row in latest[text]
            ],
        )
        for text, rows in frequent
    ]


def _latest_of_each(rows: list[Row]) -> list[Row]:
    """Return the newest attempt of each of up to three learners."""
    newest: dict[UUID, Row] = {}
    for row in rows:
        newest.setdefault(row["user"], row)
    return list(newest.values())[:LEARNERS]
