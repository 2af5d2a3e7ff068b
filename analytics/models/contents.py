"""The catalogue of contents, whose titles people read; it may be incomplete or empty."""

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
# The maximum number of attempts of one try: more items could never all be completed.
MAX_ITEMS = 10_000


class ContentKind(models.TextChoices):
    """The kind of a content."""

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


# A content, and the facility where somebody worked on it.
Work = tuple[UUID, UUID | None]


def validate_items(items: Any) -> None:
    """Raise a validation error in a form or an import if this is no list of questions."""
    if not isinstance(items, list) or not all(_is_item(item) for item in items):
        raise ValidationError(_("A list of strings of 1 to 200 characters is required."))
    if len(items) > MAX_ITEMS:
        raise ValidationError(_("A content may have at most 10,000 items."))
    if len(set(items)) < len(items):
        raise ValidationError(_("An item is listed twice."))


def _is_item(item: Any) -> bool:
    return isinstance(item, str) and 0 < len(item) <= MAX_ITEM_LENGTH and "\0" not in item


class ContentQuerySet(models.QuerySet["Content"]):
    def titles(self, works: Iterable[Work]) -> dict[Work, str]:
        """Return the known titles of contents in the facilities they were worked on, in one query.

        The content of a coach's quiz is the quiz itself. Its title belongs to its facility and is
        not shown to others. Titles of other contents come from the catalogue.
        """
        wanted = set(works)
        if not wanted:
            return {}
        keys = {content for content, _facility in wanted}
        quizzes = Quiz.objects.filter(pk__in=keys).values_list("pk", "facility", "title")
        no_facility = Value(None, output_field=models.UUIDField())
        listed = self.filter(pk__in=keys).values_list("pk", no_facility, "title")
        known = quizzes.union(listed, all=True)
        titles: dict[Work, str] = {(key, facility): title for key, facility, title in known}
        found = {work: titles.get(work) or titles.get((work[0], None)) for work in wanted}
        return {work: title for work, title in found.items() if title}

    def search(self, words: str) -> Self:
        """Contents with this id, or with this text in their title, ignoring case."""
        key = parse_uuid(words)
        return self.filter(pk=key) if key else self.filter(title__icontains=words)

    def orphans(self) -> Self:
        """Contents below a parent that does not exist; possible only within a transaction."""
        parent = Content.objects.filter(pk=OuterRef("parent_id"))
        return self.filter(~Exists(parent), parent_id__isnull=False)


class Content(models.Model):
    """One content of the installation's catalogue, with the id that sessions use.

    It belongs to no facility: contents come in channels, which schools share together with their
    titles. `items` are the questions of an exercise, by the names its app sends. If they are
    listed, an exercise to be done completely is complete once each has a complete attempt (contract
    1.6).
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
        # The table was created by the app `logger` and keeps its name.
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
