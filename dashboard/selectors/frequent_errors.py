"""Items that a class most often answers wrongly, with the latest wrong answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Case, Count, FloatField, Value, When

from analytics.models import Item, LearningEventQuerySet, Skill
from dashboard.selectors.links import answer_url
from roster.models import User

MIN_ANSWERS = 5
MAX_ITEMS = 10
MAX_LEARNERS = 3
MAX_WRONG_ANSWERS = 500
# As everywhere else, an answer that is almost right counts as wrong.
_IS_WRONG = Case(
    When(score__lt=1.0, then=Value(1.0)), default=Value(0.0), output_field=FloatField()
)


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """A learner's latest wrong answer to an item, with a link to it."""

    learner: User
    happened_at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class FrequentlyWrongItem:
    """An item, the share of its answers that were not right, and some of the wrong answers.

    `skill` is the skill that the latest wrong answer updated.
    """

    item: Item
    skill: Skill | None
    answers: int
    wrong: float
    wrong_answers: Sequence[WrongAnswer]

    @property
    def right(self) -> int:
        """The number of right answers."""
        return round(self.answers * (1.0 - self.wrong))


def find_frequent_errors(
    events: LearningEventQuerySet, learners: Mapping[UUID, User]
) -> list[FrequentlyWrongItem]:
    """Return the items with the highest share of wrong answers, among those with five or more.

    Parameters
    ----------
    events : of these learners, of the days to count.
    """
    item_events = events.filter(item__isnull=False).order_by()
    counted = item_events.values("item").annotate(answers=Count("pk"), wrong=Avg(_IS_WRONG))
    worst = counted.filter(answers__gte=MIN_ANSWERS, wrong__gt=0.0).order_by("-wrong", "-answers")
    rows = list(worst[:MAX_ITEMS])
    keys = [row["item"] for row in rows]
    items = Item.objects.in_bulk(keys) if keys else {}
    wrong_answers = _latest_wrong_answers(events, keys) if keys else {}
    skills = Skill.objects.in_bulk(
        {answers[0]["skill"] for answers in wrong_answers.values()} - {None}
    )
    return [
        FrequentlyWrongItem(
            item=items[row["item"]],
            skill=skills.get(wrong_answers[row["item"]][0]["skill"])
            if row["item"] in wrong_answers
            else None,
            answers=row["answers"],
            wrong=row["wrong"],
            wrong_answers=[
                _wrong_answer_from_row(answer, learners)
                for answer in wrong_answers.get(row["item"], [])
            ],
        )
        for row in rows
    ]


def _latest_wrong_answers(
    events: LearningEventQuerySet, items: Collection[UUID]
) -> dict[UUID, list[Mapping[str, Any]]]:
    """Return the latest wrong answers to each item: one each of up to three learners."""
    wrong = events.filter(item__in=items, score__lt=1.0).order_by("-happened_at", "-pk")
    rows = wrong.values("item", "learner", "skill", "source", "source_id", "happened_at")
    by_item: dict[UUID, dict[UUID, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows[:MAX_WRONG_ANSWERS]:
        by_learner = by_item[row["item"]]
        if len(by_learner) < MAX_LEARNERS and row["learner"] not in by_learner:
            by_learner[row["learner"]] = row
    return {item: list(by_learner.values()) for item, by_learner in by_item.items()}


def _wrong_answer_from_row(row: Mapping[str, Any], learners: Mapping[UUID, User]) -> WrongAnswer:
    return WrongAnswer(
        learner=learners[row["learner"]], happened_at=row["happened_at"], url=answer_url(row)
    )
