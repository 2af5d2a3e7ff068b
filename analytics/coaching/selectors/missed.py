"""What a class gets wrong most, and who did last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count

from analytics.coaching.selectors.evidence import answer_url
from analytics.models import Item, LearningEventQuerySet
from roster.models import User
from roster.words import percent

MIN_ANSWERS = 5
MOST_ITEMS = 10
MOST_LEARNERS = 3
MOST_MISSES = 500


@dataclass(frozen=True, kw_only=True)
class Miss:
    """A learner's latest wrong answer to an item, and where it can be looked at."""

    learner: User
    happened_at: datetime
    url: str | None


@dataclass(frozen=True, kw_only=True)
class MissedItem:
    """An item, the share of answers to it that were wrong, and who gave some of them."""

    item: Item
    answers: int
    wrong: float
    misses: Sequence[Miss]

    @property
    def wrong_text(self) -> str:
        """The share in words."""
        return percent(self.wrong)


def missed(events: LearningEventQuerySet, learners: Mapping[UUID, User]) -> list[MissedItem]:
    """Return the items that were answered wrong most, of five answers or more.

    Parameters
    ----------
    events : of these learners, of the days that matter.
    """
    asked = events.filter(item__isnull=False).order_by()
    counted = asked.values("item").annotate(answers=Count("pk"), right=Avg("score"))
    worst = counted.filter(answers__gte=MIN_ANSWERS, right__lt=1.0).order_by("right", "-answers")
    rows = list(worst[:MOST_ITEMS])
    keys = [row["item"] for row in rows]
    items = Item.objects.select_related("skill").in_bulk(keys) if keys else {}
    misses = _misses(events, keys, learners) if keys else {}
    return [
        MissedItem(
            item=items[row["item"]],
            answers=row["answers"],
            wrong=1.0 - row["right"],
            misses=misses.get(row["item"], []),
        )
        for row in rows
    ]


def _misses(
    events: LearningEventQuerySet, items: Collection[UUID], learners: Mapping[UUID, User]
) -> dict[UUID, list[Miss]]:
    """Return who got each item wrong last: three learners, each with their latest answer."""
    wrong = events.filter(item__in=items, score__lt=1.0).order_by("-happened_at", "-pk")
    rows = wrong.values("item", "learner", "skill", "source", "source_id", "happened_at")
    found: dict[UUID, dict[UUID, Miss]] = defaultdict(dict)
    for row in rows[:MOST_MISSES]:
        of_item = found[row["item"]]
        if len(of_item) < MOST_LEARNERS and row["learner"] not in of_item:
            of_item[row["learner"]] = _miss(row, learners)
    return {item: list(of_item.values()) for item, of_item in found.items()}


def _miss(row: Mapping[str, Any], learners: Mapping[UUID, User]) -> Miss:
    return Miss(
        learner=learners[row["learner"]], happened_at=row["happened_at"], url=answer_url(row)
    )
