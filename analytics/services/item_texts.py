"""Texts of items and of answers: saved with events, folded by a job, and edited by staff.

A request writes only rows of its own learner (`AnswerText`). What the whole facility sees of an
item (`ItemText`) is written by the job, from the questions that apps send, and by staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from analytics.events import Texts
from analytics.models import AnswerText, Item, ItemText, LearningEvent, NamedLock
from infra.db.compiled_queries import CompiledUpsert
from roster.models import User
from roster.services import recording_change
from roster.services.permissions import require_manager

FOLD_BATCH_SIZE = 500
_insert_texts = CompiledUpsert(AnswerText)


def save_texts(given: Iterable[tuple[LearningEvent, Texts]]) -> None:
    """Save the texts that came with new events; without texts no statement is made.

    A question is saved only where the job has to change the item's text for it.
    """
    texts = list(given)
    asked = {event.item_id for event, text in texts if text.question is not None} - {None}
    known = _known_texts(asked) if asked else {}
    rows = []
    for event, text in texts:
        item, question = event.item_id, text.question
        if item is None or (item in known and known[item] in (None, question)):
            question = None
        if text.answer is not None or question is not None:
            rows.append(AnswerText(event_id=event.pk, answer=text.answer, question=question))
    _insert_texts(rows)


def _known_texts(items: Iterable[UUID | None]) -> dict[UUID, str | None]:
    """Return the text of each item that has one; None: staff have written it.

    While another question waits for the job, it is empty.
    """
    waiting = AnswerText.objects.filter(question__isnull=False, event__item=OuterRef("item"))
    columns = ("item", "text", "is_fixed", Exists(waiting))
    rows = ItemText.objects.filter(item__in=items).values_list(*columns)
    return {
        item: None if is_fixed else "" if waits else text for item, text, is_fixed, waits in rows
    }


@transaction.atomic
def fold_texts(at: datetime) -> int:  # noqa: ARG001  # the signature of jobs
    """Save a bounded number of questions as the texts of their items; return how many.

    The question that was recorded last wins, unless staff have written the text.
    """
    NamedLock.acquire(NamedLock.FOLDING)
    unfolded = AnswerText.objects.filter(question__isnull=False).order_by("event")
    found = list(unfolded.values_list("event", "event__item", "question")[:FOLD_BATCH_SIZE])
    newest = {item: question or "" for _, item, question in found}
    rows = _lock_texts(newest)
    for row in rows:
        row.text = row.text if row.is_fixed else newest[row.item_id]
    ItemText.objects.bulk_update(rows, ["text"])
    folded = AnswerText.objects.filter(event__in=[event for event, _, _ in found])
    folded.filter(answer=None).delete()
    folded.update(question=None)
    return len(found)


def _lock_texts(items: Iterable[UUID]) -> list[ItemText]:
    """Return the texts of items in order, locked; create missing ones."""
    keys = sorted(items)
    ItemText.objects.bulk_create((ItemText(item_id=key) for key in keys), ignore_conflicts=True)
    return list(ItemText.objects.select_for_update().filter(item__in=keys).order_by("item"))


@transaction.atomic
def change_item_texts(item: Item, texts: Mapping[str, str], *, actor: User) -> None:
    """Save the title, the text and the URL of an item, which must be valid.

    A text that staff have written stays whatever apps send; without it, apps provide the text.

    Raises
    ------
    NotAllowed : the actor does not manage the item's facility.
    """
    require_manager(actor, item.facility_id)
    [row] = _lock_texts([item.pk])
    with recording_change(row, actor=actor, facility_id=item.facility_id):
        if texts["text"] != row.text:
            row.is_fixed = bool(texts["text"])
        row.title, row.text, row.url = texts["title"], texts["text"], texts["url"]
        row.save(update_fields=ItemText.AUDITED_FIELDS)
