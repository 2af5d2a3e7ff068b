"""Contents and questions for a review of some skills, those most often answered wrong first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Sum

from analytics import labels
from analytics.catalogue.skills import known_titles
from analytics.models import Item, LearningEvent, Skill
from dashboard.selectors.item_questions import item_questions
from infra.identifiers import parse_uuid

MAX_ITEMS = 20
_NO_CONTENT = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class ItemChoice:
    """One question, by the name of its API, with the number of wrong answers of the learners.

    `content` is the title of the content it is in; empty: unknown, or none.
    """

    name: str
    title: str
    content: str
    wrong: int
    answers: int


@dataclass(frozen=True, kw_only=True)
class ReviewChoices:
    """Contents by id in hex with their titles, and items, those with most wrong answers first."""

    contents: Sequence[tuple[str, str]]
    items: Sequence[ItemChoice]


def get_review_choices(
    skills: Collection[Skill], learner_ids: Collection[UUID], chosen: Item | None = None
) -> ReviewChoices:
    """Return the contents and questions for a review by some learners.

    The contents are the exercises of the items, and contents of the catalogue with these skills.

    Parameters
    ----------
    chosen : an item that comes first.
    """
    events = LearningEvent.objects.filter(
        learner__in=learner_ids, skill__in=skills, item__isnull=False
    )
    counted = (
        events.values("item", "item__code", "item__guid")
        .annotate(answers=Count("pk"), wrong=Count("pk") - Sum("score"))
        .order_by(F("wrong").desc(), "item")
    )
    rows: list[Any] = list(counted[:MAX_ITEMS])
    if chosen and chosen.pk not in {row["item"] for row in rows}:
        of_chosen = {"item": chosen.pk, "item__code": chosen.code, "item__guid": chosen.guid}
        rows.insert(0, {**of_chosen, "answers": 0, "wrong": 0})
    questions = item_questions([row["item"] for row in rows])
    names = {row["item"]: row["item__code"] or str(row["item__guid"]) for row in rows}
    content_of = {pk: _content_of(name) for pk, name in names.items()}
    of_items = {key for key in content_of.values() if key}
    of_skills = {key for skill in skills if (key := parse_uuid(skill.code))}
    titles = known_titles(of_skills | of_items)
    items = [
        ItemChoice(
            name=names[row["item"]],
            title=questions.get(row["item"]) or labels.item_name(names[row["item"]]),
            content=titles.get(content_of[row["item"]] or _NO_CONTENT, ""),
            wrong=round(row["wrong"]),
            answers=row["answers"],
        )
        for row in rows
    ]
    # The code of a skill can also be the id of something else, such as a learning set.
    contents = sorted(of_items | (of_skills & titles.keys()))
    return ReviewChoices(
        contents=[(key.hex, titles.get(key) or labels.short_ids(key.hex)) for key in contents],
        items=items,
    )


def _content_of(name: str) -> UUID | None:
    """Return the content of a question of a session, whose name is CONTENT:ITEM."""
    content, colon, _question = name.partition(":")
    return parse_uuid(content) if colon else None
