"""What learners answer wrongly at a question."""

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

# The newest, as far as their bytes reach.
ATTEMPTS = 1000
ANSWERS = 5
LEARNERS = 3


@dataclass(frozen=True, kw_only=True)
class GivenBy:
    """A learner who gave an answer, and the attempt they gave it in last."""

    learner: User
    attempt: UUID


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """One wrong answer, how often it was given, and by whom lately."""

    text: str
    count: int
    given_by: list[GivenBy]


@dataclass(frozen=True, kw_only=True)
class WrongAnswers:
    """The most frequent wrong answers among the newest attempts at a question.

    They are told from ten attempts on, like an item's other figures.
    """

    attempts: int
    wrong: int
    answers: list[WrongAnswer]
    least = MIN_ANSWERS

    @property
    def is_hidden(self) -> bool:
        """Whether there are too few attempts to tell."""
        return 0 < self.attempts < self.least


def wrong_answers(viewer: User, item: Item) -> WrongAnswers:
    """Return what the viewer's learners answered wrongly most often at an item.

    Its code names a content and a question, or a question alone, whatever it appears in.
    """
    attempts = _attempts_at(viewer, item)
    read = ByteLimitedRows(
        attempts.newest_first().values("id", "user", "correct", "answer", "simple_answer"), ATTEMPTS
    )
    rows, _there_is_more = read.first_batch(ATTEMPTS)
    wrong = [row for row in read.hydrate(rows) if row["correct"] != CORRECT]
    told = wrong if len(rows) >= MIN_ANSWERS else []
    return WrongAnswers(attempts=len(rows), wrong=len(wrong), answers=_most_frequent(told))


def _attempts_at(viewer: User, item: Item) -> AttemptLogQuerySet:
    content_id, name = split_item_code(item.code or "")
    # As in `known_items`: questions of many exercises may share the name of an app's own item.
    if content_id is None and item.skill_id is None:
        return AttemptLog.objects.none()
    visible = AttemptLog.objects.visible_to(viewer)
    theirs = visible.filter(facility=item.facility_id, user__isnull=False, judged=True, item=name)
    return theirs.filter(content_id=content_id) if content_id else theirs


def _most_frequent(wrong: list[Row]) -> list[WrongAnswer]:
    given = defaultdict(list)
    for row in wrong:
        given[readable(row["answer"], row["simple_answer"])].append(row)
    # Newest first within each, so equals are told apart by what was given last.
    frequent = sorted(given.items(), key=lambda answer: len(answer[1]), reverse=True)[:ANSWERS]
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
    """Return the newest attempt of each of a few learners."""
    newest: dict[UUID, Row] = {}
    for row in rows:
        newest.setdefault(row["user"], row)
    return list(newest.values())[:LEARNERS]
