"""Texts of items, and texts that came with answers."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.db.models import Q

from analytics.models.catalogue import Item
from analytics.models.events import LearningEvent
from infra.identifiers import MAX_TEXT_LENGTH


class ItemText(models.Model):
    """The texts of one item, for people: a short title, the question, and a link into the app.

    Staff of the facility maintain all three. Apps send questions with answers, and a job saves the
    newest one here, unless `is_fixed`: then staff have written the text.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("title", "text", "url", "is_fixed")

    item = models.OneToOneField(
        Item, on_delete=models.CASCADE, primary_key=True, related_name="texts"
    )
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, validators=[MaxLengthValidator(MAX_TEXT_LENGTH)])
    url = models.URLField(
        max_length=2000, blank=True, validators=[URLValidator(schemes=["http", "https"])]
    )
    is_fixed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex=r"^[Hh][Tt][Tt][Pp][Ss]?://"),
                name="item_url_is_http",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.text


class AnswerText(models.Model):
    """The texts that came with one answer: what the learner answered, and a new question.

    Most events have no such row. `question` is set only until the job has saved it as the text of
    the item, and only where it differed from that text. A row is deleted with its event, and so
    with its learner.
    """

    event = models.OneToOneField(
        LearningEvent, on_delete=models.CASCADE, primary_key=True, related_name="texts"
    )
    answer = models.TextField(null=True)  # noqa: DJ001
    question = models.TextField(null=True)  # noqa: DJ001

    class Meta:
        indexes = [
            models.Index(
                fields=["event"], condition=Q(question__isnull=False), name="question_unfolded"
            ),
        ]

    def __str__(self) -> str:
        return self.answer or ""
