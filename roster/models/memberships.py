"""Memberships of classes and groups, as the API lists them."""

from __future__ import annotations

from typing import Self

from django.db import models

from roster.models.facilities import Classroom
from roster.models.people import Actor, User


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> Self:
        """Memberships of users and classes that are visible to the actor."""
        people, rooms = User.objects.visible_to(actor), Classroom.objects.visible_to(actor)
        return self.filter(user__in=people, classroom_id__in=rooms.values("pk"))


class Membership(models.Model):
    """One enrolment or one group membership, with the id of that row.

    This is a database view, so both tables can be listed, filtered and counted as one. Writes go
    to `Enrolment` and `GroupMembership`.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+")
    # The classroom, or the group of a group membership.
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
