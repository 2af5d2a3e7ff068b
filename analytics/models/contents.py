"""What contents are called, for people to read; an installation may know of some, or of none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from infra.identifiers import parse_uuid
from roster.models import Quiz

MAX_TITLE_LENGTH = 200
MAX_ITEM_LENGTH = 200
# As many as one try may hold attempts: more could never all be done.
MAX_ITEMS = 10_000


class ContentKind(models.TextChoices):
    """What a content is."""

    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    DOCUMENT = "document", _("Document")
    EXERCISE = "exercise", _("Exercise")
    HTML5 = "html5", "HTML5"
    TOPIC = "topic", _("Topic")
    SLIDESHOW = "slideshow", _("Slideshow")
    H5P = "h5p", "H5P"
    ZIM = "zim", "ZIM"
    QUIZ = "quiz", _("Quiz")


# A content, and the facility where somebody worked at it.
Work = tuple[UUID, UUID | None]


def validate_items(items: Any) -> None:
    """Tell a form or an import that this is no list of questions."""
    if not isinstance(items, list) or not all(_is_item(item) for item in items):
        raise ValidationError(_("A list of texts of 1 to 200 characters is required."))
    if len(items) > MAX_ITEMS:
        raise ValidationError(_("A content lists at most 10,000 items."))
    if len(set(items)) < len(items):
        raise ValidationError(_("An item is listed twice."))


def _is_item(item: Any) -> bool:
    return isinstance(item, str) and 0 < len(item) <= MAX_ITEM_LENGTH and "\0" not in item


class ContentQuerySet(models.QuerySet["Content"]):
    def titles(self, works: Iterable[Work]) -> dict[Work, str]:
        """Return what contents are called where they were worked at, if known, in one statement.

        The content of a coach's quiz is the quiz: its facility calls it as it likes, and nobody
        else is told. Other contents go by the catalogue.
        """
        wanted = set(works)
        if not wanted:
            return {}
        keys = {content for content, _facility in wanted}
        quizzes = Quiz.objects.filter(pk__in=keys).values_list("pk", "facility", "title")
        nowhere = Value(None, output_field=models.UUIDField())
        listed = self.filter(pk__in=keys).values_list("pk", nowhere, "title")
        known = quizzes.union(listed, all=True)
        titles: dict[Work, str] = {(key, place): title for key, place, title in known}
        found = {work: titles.get(work) or titles.get((work[0], None)) for work in wanted}
        return {work: title for work, title in found.items() if title}

    def search(self, words: str) -> Self:
        """Contents of this id, or whose title contains these words, in any case."""
        key = parse_uuid(words)
        return self.filter(pk=key) if key else self.filter(title__icontains=words)

    def orphans(self) -> Self:
        """Contents below one that is not there; only within a transaction there are any."""
        parent = Content.objects.filter(pk=OuterRef("parent_id"))
        return self.filter(~Exists(parent), parent_id__isnull=False)


class Content(models.Model):
    """One content of the installation's catalogue, by the id sessions call it by.

    It belongs to no facility: contents come in channels, which schools share, and so do their
    titles. `items` are an exercise's questions, by the names its app sends; where there are any,
    an exercise that is to be done whole is done once each has a complete attempt (contract 1.6).
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("title", "kind", "parent_id", "items")

    id = models.UUIDField(primary_key=True)
    title = models.CharField(_("title"), max_length=MAX_TITLE_LENGTH)
    kind = models.CharField(_("kind"), max_length=20, choices=ContentKind, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="children", null=True, blank=True,
        verbose_name=_("parent"), help_text=_("What this is a part of."),
    )  # fmt: skip
    items = models.JSONField(
        _("items"), default=list, blank=True, validators=[validate_items],
        help_text=_('The questions of an exercise, such as ["q1", "q2"].'),
    )  # fmt: skip

    objects = ContentQuerySet.as_manager()

    class Meta:
        # The table was made by the app `logger`, and keeps its name.
        app_label = "logger"
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="content_has_a_title"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="content_is_no_part_of_itself",
            ),
        ]
        indexes = [models.Index(fields=["title", "id"], name="content_by_title")]

    def __str__(self) -> str:
        return self.title
