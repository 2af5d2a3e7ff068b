"""What a class gets wrong most, and who did last."""

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
# As everywhere: an answer that is almost right is not right.
_IS_WRONG = Case(
    When(score__lt=1.0, then=Value(1.0)), default=Value(0.0), output_field=FloatField()
)


@dataclass(frozen=True, kw_only=True)
class WrongAnswer:
    """A learner's latest wrong answer to an item, and where it can be looked at."""

    learner: User
    happened_at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class FrequentlyWrongItem:
    """An item, the share of answers to it that were not right, and who gave some of them.

    `skill` is the one that its latest wrong answer moved.
    """

    item: Item
    skill: Skill | None
    answers: int
    wrong: float
    wrong_answers: Sequence[WrongAnswer]


def frequent_errors(
    events: LearningEventQuerySet, learners: Mapping[UUID, User]
) -> list[FrequentlyWrongItem]:
    """Return the items most of whose answers were not right, of five answers or more.

    Parameters
    ----------
    events : of these learners, of the days that matter.
    """
    asked = events.filter(item__isnull=False).order_by()
    counted = asked.values("item").annotate(answers=Count("pk"), wrong=Avg(_IS_WRONG))
    worst = counted.filter(answers__gte=MIN_ANSWERS, wrong__gt=0.0).order_by("-wrong", "-answers")
    rows = list(worst[:MAX_ITEMS])
    keys = [row["item"] for row in rows]
    items = Item.objects.in_bulk(keys) if keys else {}
    misses = _wrong_answers(events, keys) if keys else {}
    skills = Skill.objects.in_bulk({found[0]["skill"] for found in misses.values()} - {None})
    return [
        FrequentlyWrongItem(
            item=items[row["item"]],
            skill=skills.get(misses[row["item"]][0]["skill"]) if row["item"] in misses else None,
            answers=row["answers"],
            wrong=row["wrong"],
            wrong_answers=[_wrong_answer(miss, learners) for miss in misses.get(row["item"], [])],
        )
        for row in rows
    ]


def _wrong_answers(
    events: LearningEventQuerySet, items: Collection[UUID]
) -> dict[UUID, list[Mapping[str, Any]]]:
    """Return the latest wrong answers to each item: of three learners, one each."""
    wrong = events.filter(item__in=items, score__lt=1.0).order_by("-happened_at", "-pk")
    rows = wrong.values("item", "learner", "skill", "source", "source_id", "happened_at")
    found: dict[UUID, dict[UUID, Mapping[str, Any]]] = defaultdict(dict)
    for row in rows[:MAX_WRONG_ANSWERS]:
        of_item = found[row["item"]]
        if len(of_item) < MAX_LEARNERS and row["learner"] not in of_item:
            of_item[row["learner"]] = row
    return {item: list(of_item.values()) for item, of_item in found.items()}


def _wrong_answer(row: Mapping[str, Any], learners: Mapping[UUID, User]) -> WrongAnswer:
    return WrongAnswer(
        learner=learners[row["learner"]], happened_at=row["happened_at"], url=answer_url(row)
    )
