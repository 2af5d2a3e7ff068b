"""Who is in which class or group, as clients list it."""

from __future__ import annotations

from typing import Self

from django.db import models

from roster.models.facilities import Classroom
from roster.models.people import Actor, User


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> Self:
        """Memberships of people the actor may read, in classes the actor may know of."""
        people, rooms = User.objects.visible_to(actor), Classroom.objects.visible_to(actor)
        return self.filter(user__in=people, classroom_id__in=rooms.values("pk"))


class Membership(models.Model):
    """One enrolment or one group membership, under its own id.

    A view, so that the two tables are listed, filtered and counted as one; it is written
    through `Enrolment` and `GroupMembership`.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+")
    # The classroom; of a group membership the group, whose classroom is beside it.
    collection_id = models.UUIDField()
    classroom_id = models.UUIDField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.user_id} in {self.collection_id}"

    @property
    def is_of_group(self) -> bool:
        """Whether the collection is a group."""
        return self.collection_id != self.classroom_id
