"""Most frequent wrong answers to a question."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.core.item_analysis import MIN_ANSWERS
from analytics.models import Item, LearningEvent
from dashboard.selectors.item_codes import split_item_code
from dashboard.selectors.links import answer_url
from infra.admin.html import detail_url
from infra.db.byte_limits import ByteLimitedRows
from logger.mastery import CORRECT
from logger.models import AttemptLog, AttemptLogQuerySet
from logger.presentation import readable
from roster.models import User

# The newest attempts, up to a limit in bytes, and the newest answers of apps.
ATTEMPTS = 1000
ANSWERS = 5
LEARNERS = 3


@dataclass(frozen=True, kw_only=True)
class GivenAnswer:
    """An answer of one learner, and the page that shows it."""

    text: str
    learner_id: UUID
    is_right: bool
    at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class GivenBy:
    """A learner who gave an answer, and the page that shows it."""

    learner: User
    url: str | None


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """One wrong answer in its newest spelling, its count, and the learners who gave it last."""

    text: str
    count: int
    given_by: list[GivenBy]


@dataclass(frozen=True, kw_only=True)
class WrongAnswers:
    """The most frequent wrong answers among the newest attempts at a question, with a known answer.

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

    They are the attempts of content sessions, and the answers that apps sent with their text.
    """
    given = sorted(
        [*_answers_in_sessions(viewer, item), *_answers_in_apps(viewer, item)],
        key=lambda answer: answer.at,
        reverse=True,
    )[:ATTEMPTS]
    wrong = [answer for answer in given if not answer.is_right]
    shown = wrong if len(given) >= MIN_ANSWERS else []
    return WrongAnswers(attempts=len(given), wrong=len(wrong), answers=_most_frequent(shown))


def _answers_in_sessions(viewer: User, item: Item) -> Iterator[GivenAnswer]:
    """Yield the newest attempts; the item's code is a content and a question, or a question."""
    limited_rows = ByteLimitedRows(
        _attempts_at(viewer, item)
        .newest_first()
        .values("id", "user", "correct", "answer", "simple_answer", "end_timestamp"),
        ATTEMPTS,
    )
    rows, _has_more = limited_rows.first_batch(ATTEMPTS)
    for row in limited_rows.hydrate(rows):
        yield GivenAnswer(
            text=readable(row["answer"], row["simple_answer"]),
            learner_id=row["user"],
            is_right=row["correct"] == CORRECT,
            at=row["end_timestamp"],
            url=detail_url("coach_attempt", row["id"]),
        )


def _answers_in_apps(viewer: User, item: Item) -> Iterator[GivenAnswer]:
    """Yield those of the newest answers that have a text."""
    visible = LearningEvent.objects.visible_to(viewer).filter(item=item).order_by("-id")
    rows = visible.values(
        "learner", "skill", "source", "source_id", "score", "happened_at", "texts__answer"
    )
    for row in rows[:ATTEMPTS]:
        if row["texts__answer"] is not None:
            yield GivenAnswer(
                text=row["texts__answer"],
                learner_id=row["learner"],
                is_right=row["score"] == CORRECT,
                at=row["happened_at"],
                url=answer_url(row),
            )


def _attempts_at(viewer: User, item: Item) -> AttemptLogQuerySet:
    content_id, name = split_item_code(item.code or "")
    # As in `known_items`: questions of other exercises may have the same name as an app's item.
    if content_id is None and item.skill_id is None:
        return AttemptLog.objects.none()
    visible = AttemptLog.objects.visible_to(viewer)
    attempts = visible.filter(facility=item.facility_id, user__isnull=False, judged=True, item=name)
    return attempts.filter(content_id=content_id) if content_id else attempts


def normal_form(answer: str) -> str:
    """Return the form in which equal answers are counted together.

    Case and the amount of white space do not matter; everything else does, such as signs, accents,
    and the difference between `x²` and `x2`.
    """
    folded = unicodedata.normalize("NFC", answer).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def _most_frequent(wrong: Iterable[GivenAnswer]) -> list[WrongAnswer]:
    by_form = defaultdict(list)
    for answer in wrong:
        by_form[normal_form(answer.text)].append(answer)
    # The answers are newest first and the sort is stable, so ties go to the newest answer.
    frequent = sorted(by_form.values(), key=len, reverse=True)[:ANSWERS]
    latest = [_latest_of_each(answers) for answers in frequent]
    learners = User.objects.in_bulk({each.learner_id for answers in latest for each in answers})
    return [
        WrongAnswer(
            text=answers[0].text,
            count=len(answers),
            given_by=[GivenBy(learner=learners[each.learner_id], url=each.url) for each in newest],
        )
        for answers, newest in zip(frequent, latest, strict=True)
    ]


def _latest_of_each(answers: Iterable[GivenAnswer]) -> list[GivenAnswer]:
    """Return the newest answer of each of up to three learners."""
    newest: dict[UUID, GivenAnswer] = {}
    for answer in answers:
        newest.setdefault(answer.learner_id, answer)
    return list(newest.values())[:LEARNERS]
