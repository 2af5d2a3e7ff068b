"""How rows of the learners somebody may read are asked for."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from roster.models.people import Actor, User

M = TypeVar("M", bound=models.Model)


class LearnersQuerySet(models.QuerySet[M]):
    """Rows each of which is one learner's; `learner` is the column that says whose."""

    learner: ClassVar[str] = "learner"

    def visible_to(self, actor: Actor) -> Self:
        """Rows of the learners the actor may read; a subquery, so no join can repeat a row."""
        if actor.is_superuser:
            return self
        return self.filter(_of_visible(actor, self.learner))


def _of_visible(actor: Actor, column: str) -> Q:
    """Return a condition on the column of the learner: somebody the actor may read.

    Coaches of classes alone read a few: the database then goes to these learners' own rows. Whoever
    reads a facility may read many, some of whom will be among the newest rows.
    """
    is_few = isinstance(actor, User) and actor.staffs_facility is False
    lookup = "among" if is_few else "in"
    return Q(**{f"{column}__{lookup}": User.objects.visible_to(actor)})
