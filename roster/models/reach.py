"""How rows of the learners somebody may read are asked for."""

from __future__ import annotations

from django.db.models import Q

from roster.models.people import Actor, User


def of_visible(actor: Actor, column: str) -> Q:
    """Return a condition on the column of the learner: somebody the actor may read.

    Coaches of classes alone read a few: the database then goes to these learners' own rows. Whoever
    reads a facility may read many, some of whom will be among the newest rows.
    """
    is_few = isinstance(actor, User) and actor.staffs_facility is False
    lookup = "among" if is_few else "in"
    return Q(**{f"{column}__{lookup}": User.objects.visible_to(actor)})
