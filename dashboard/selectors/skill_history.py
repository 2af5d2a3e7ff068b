"""One learner's answers at one skill, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from analytics import labels
from analytics.events import Source
from analytics.models import LearningEvent, Skill, SkillState
from dashboard.charts import LineChart
from dashboard.selectors.links import answer_url
from dashboard.selectors.progress import mastery_at_skill
from infra.db.keyset import Cursor, after_cursor, order_of
from roster.models import User

PAGE_SIZE = 50
NEWEST_FIRST = ("-happened_at", "-id")
SHOWN = (
    "id", "happened_at", "learner", "skill", "item", "item__code", "item__guid", "score",
    "seconds", "p_correct", "mastery_before", "mastery_after", "source", "source_id",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One answer as a row of `SHOWN`, the item's name, and where the attempt is if it was one."""

    row: Mapping[str, Any]
    item: str
    attempt_url: str | None


@dataclass(frozen=True, kw_only=True)
class SkillHistory:
    """A page of answers, newest first, with the places before and after it."""

    answers: Sequence[AnswerRow]
    newer: str | None
    older: str | None
    state: SkillState | None
    progress: LineChart | None

    @property
    def items(self) -> set[UUID]:
        """The items that were answered."""
        return {answer.row["item"] for answer in self.answers} - {None}


def skill_history(learner: User, skill: Skill, place: Cursor | None) -> SkillHistory:
    """Return the answers from a place on; from none the newest."""
    events = LearningEvent.objects.filter(learner=learner, skill=skill)
    rows = events.order_by(*NEWEST_FIRST).values(*SHOWN)
    order = order_of(rows)
    backwards = place is not None and place.backwards
    found = list(after_cursor(rows, place)[: PAGE_SIZE + 1])
    has_more, shown = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        shown.reverse()
    has_newer = has_more if backwards else place is not None
    has_older = True if backwards else has_more
    return SkillHistory(
        answers=[_answer(row) for row in shown],
        newer=Cursor.after_row(shown[0], order, backwards=True).token
        if shown and has_newer
        else None,
        older=Cursor.after_row(shown[-1], order).token if shown and has_older else None,
        state=SkillState.objects.filter(learner=learner, skill=skill).first(),
        progress=mastery_at_skill(list(reversed(shown))),
    )


def _answer(row: Mapping[str, Any]) -> AnswerRow:
    return AnswerRow(
        row=row,
        item=labels.item_name(str(row["item__code"] or row["item__guid"] or "")),
        attempt_url=answer_url(row) if row["source"] == Source.SESSION else None,
    )
