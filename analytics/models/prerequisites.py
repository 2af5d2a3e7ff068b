"""Prerequisites of skills: a directed graph without cycles, and suggestions of edges."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from analytics.models.catalogue import Skill
from infra.db.models import UUIDModel
from roster.models import Facility, User


class _EdgeQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: User) -> Self:
        """Edges of the facilities with items the actor may see."""
        return self.filter(facility__in=Facility.objects.known_to(actor))


class _Edge(UUIDModel):
    """Base of rows about two skills of one facility: `before` is learned before `after`."""

    facility = models.ForeignKey(
        Facility, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    before = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")

    objects = _EdgeQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "before", "after"], name="one_%(class)s_per_pair"
            ),
            models.CheckConstraint(
                condition=~Q(before=F("after")), name="%(class)s_is_of_two_skills"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class SkillPrerequisite(_Edge):
    """One edge of the graph: `after` is recommended once `before` is mastered."""

    AUDITED_FIELDS: ClassVar[tuple[str, ...]] = ("before_id", "after_id")


class PrerequisiteSuggestion(_Edge):
    """An edge that the answers of a facility suggest; only people accept it.

    Of the `learners` who practised both skills and do not know `before`, `successes` know `after`;
    at most a share of `bound` does, with 95 % certainty. Of `informed` learners who know `before`,
    `informed_successes` know `after`.
    """

    learners = models.PositiveIntegerField()
    successes = models.PositiveIntegerField()
    bound = models.FloatField()
    informed = models.PositiveIntegerField()
    informed_successes = models.PositiveIntegerField()
    computed_at = models.DateTimeField()
