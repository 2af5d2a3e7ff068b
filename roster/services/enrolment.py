"""Who attends which class, and who looks after what."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from roster.models import (
    Classroom,
    Enrolment,
    Facility,
    GroupMembership,
    LearnerGroup,
    Role,
    RoleKind,
    User,
)


def enrol(learner: User, classroom: Classroom) -> Enrolment:
    """Let a learner attend a classroom of their facility."""
    return Enrolment.objects.get_or_create(user=learner, classroom=classroom)[0]


@transaction.atomic
def join_group(learner: User, group: LearnerGroup) -> GroupMembership:
    """Put a learner into a group, and so into its classroom."""
    enrolment = enrol(learner, group.classroom)
    return GroupMembership.objects.get_or_create(enrolment=enrolment, group=group)[0]


@transaction.atomic
def assign_role(user: User, kind: RoleKind, place: Facility | Classroom) -> Role:
    """Give somebody a role, and with it the way into the admin."""
    where = {"facility": place} if isinstance(place, Facility) else {"classroom": place}
    role, _created = Role.objects.get_or_create(user=user, kind=kind, **where)
    grant_staff_access(user)
    return role


def grant_staff_access(user: User) -> None:
    """Open the admin to somebody who looks after others."""
    user.tokens.all().delete()  # They are for learners; none may wake when the role ends.
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def revoke_staff_access(people: Iterable[UUID]) -> None:
    """Close the admin to those of them who look after nobody any more."""
    idle = User.objects.filter(pk__in=people, is_staff=True, is_superuser=False, roles=None)
    idle.update(is_staff=False)
