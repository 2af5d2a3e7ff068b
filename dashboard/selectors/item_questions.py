"""Texts of items, used as their names on pages."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import TextField, Value
from django.db.models.functions import Coalesce, Left, NullIf

from analytics.models import Item

MAX_QUESTION_LENGTH = 80


def item_questions(items: Collection[UUID]) -> dict[UUID, str]:
    """Return the title or the beginning of the question of each item that has one, by item id."""
    if not items:
        return {}
    names = [NullIf(f"texts__{name}", Value("")) for name in ("title", "text")]
    name = Coalesce(*names, "learning_item__question", output_field=TextField())
    rows = Item.objects.filter(pk__in=items).values_list("pk", Left(name, MAX_QUESTION_LENGTH))
    return {item: text for item, text in rows if text is not None}
