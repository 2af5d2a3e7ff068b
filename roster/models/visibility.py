"""Base queryset of rows that belong to learners, with the visibility rule."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from roster.models.people import Actor, User

M = TypeVar("M", bound=models.Model)


class LearnersQuerySet(models.QuerySet[M]):
    """Rows that belong to one learner each; `learner` is the name of that column."""

    learner: ClassVar[str] = "learner"

    def visible_to(self, actor: Actor) -> Self:
        """Rows of the learners the actor may read; a subquery, so no row repeats."""
        if actor.is_superuser:
            return self
        return self.filter(_visible_condition(actor, self.learner))


def _visible_condition(actor: Actor, column: str) -> Q:
    """Return the condition that the learner is visible to the actor.

    Coaches of classes read few learners, so the database looks up the rows by learner. Readers of
    a facility read many, so a scan of the newest rows finds matches soon.
    """
    is_few = isinstance(actor, User) and actor.staffs_facility is False
    lookup = "among" if is_few else "in"
    return Q(**{f"{column}__{lookup}": User.objects.visible_to(actor)})
