"""History of the answers of one learner at one skill, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from analytics import labels
from analytics.core.confidence import too_few_answers
from analytics.core.trajectory import Trajectory
from analytics.events import Source
from analytics.models import LearningEvent, Skill, SkillState
from dashboard.charts import LineChart
from dashboard.selectors.links import answer_url
from dashboard.selectors.progress import Axis, mastery_at_skill
from infra.db.keyset import Cursor, after_cursor, order_of
from roster.models import User

PAGE_SIZE = 50
NEWEST_FIRST = ("-happened_at", "-id")
SHOWN = (
    "id", "happened_at", "learner", "skill", "item", "item__code", "item__guid", "score",
    "seconds", "p_correct", "mastery_before", "mastery_after", "source", "source_id",
    "texts__answer",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """One answer as a row of `SHOWN`, the item's name, and the URL of its attempt if it has one."""

    row: Mapping[str, Any]
    item: str
    attempt_url: str | None


@dataclass(frozen=True, kw_only=True)
class SkillHistory:
    """A page of answers, newest first, with the cursors of the newer and older pages."""

    answers: Sequence[AnswerRow]
    newer: str | None
    older: str | None
    state: SkillState | None
    progress: LineChart | None

    @property
    def trajectory(self) -> Trajectory | None:
        """The trajectory at the skill; None without answers."""
        return Trajectory.from_bytes(bytes(self.state.course)) if self.state else None

    @property
    def items(self) -> set[UUID]:
        """The ids of the items answered on this page."""
        return {answer.row["item"] for answer in self.answers} - {None}


def get_skill_history(
    learner: User, skill: Skill, cursor: Cursor | None, *, axis: Axis = Axis.TIME
) -> SkillHistory:
    """Return the page of answers after a cursor; the newest answers without a cursor."""
    events = LearningEvent.objects.filter(learner=learner, skill=skill)
    rows = events.order_by(*NEWEST_FIRST).values(*SHOWN)
    order = order_of(rows)
    backwards = cursor is not None and cursor.backwards
    loaded = list(after_cursor(rows, cursor)[: PAGE_SIZE + 1])
    has_more, shown = len(loaded) > PAGE_SIZE, loaded[:PAGE_SIZE]
    if backwards:
        shown.reverse()
    state = SkillState.objects.filter(learner=learner, skill=skill).first()
    has_newer = has_more if backwards else cursor is not None
    has_older = True if backwards else has_more
    return SkillHistory(
        answers=[_answer_row(row) for row in shown],
        newer=Cursor.after_row(shown[0], order, backwards=True).token
        if shown and has_newer
        else None,
        older=Cursor.after_row(shown[-1], order).token if shown and has_older else None,
        state=state,
        progress=mastery_at_skill(list(reversed(shown)), axis)
        if state and not too_few_answers(state.attempts)
        else None,
    )


def _answer_row(row: Mapping[str, Any]) -> AnswerRow:
    return AnswerRow(
        row=row,
        item=labels.item_name(str(row["item__code"] or row["item__guid"] or "")),
        attempt_url=answer_url(row) if row["source"] == Source.SESSION else None,
    )
