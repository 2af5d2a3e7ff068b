"""Study sets and their learning items; each belongs to one facility."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from analytics.models import Item, Skill
from infra.db.models import UUIDModel
from roster.models import Facility

MAX_ITEMS = 200


class StudySet(UUIDModel):
    """A set of items that are learned together; knowing them is a skill of its own."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("name",)

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="study_sets")
    name = models.CharField(max_length=200)
    skill = models.OneToOneField(Skill, on_delete=models.CASCADE, related_name="study_set")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class LearningItem(models.Model):
    """The question and answer of one item in a set; its GUID and statistics are those of `Item`.

    `position` is its place in the set, counted from 0 in the order in which items were added.
    """

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("question", "answer")

    item = models.OneToOneField(
        Item, on_delete=models.CASCADE, primary_key=True, related_name="learning_item"
    )
    study_set = models.ForeignKey(
        StudySet, on_delete=models.CASCADE, related_name="learning_items", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    question = models.TextField(null=True, blank=True)  # noqa: DJ001
    answer = models.TextField(null=True, blank=True)  # noqa: DJ001
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study_set", "position"], name="one_item_per_position"),
            models.CheckConstraint(
                condition=Q(position__lt=MAX_ITEMS), name="a_set_holds_so_many_items"
            ),
        ]

    def __str__(self) -> str:
        return self.question or str(self.item)
