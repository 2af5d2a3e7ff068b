"""Steps that enrol learners, assign roles and grant access to the admin."""

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
from roster.services.auditing import revoke_tokens


def enrol(learner: User, classroom: Classroom) -> Enrolment:
    """Enrol a learner in a classroom of their facility."""
    return Enrolment.objects.get_or_create(user=learner, classroom=classroom)[0]


@transaction.atomic
def join_group(learner: User, group: LearnerGroup) -> GroupMembership:
    """Add a learner to a group, and enrol them in its classroom."""
    enrolment = enrol(learner, group.classroom)
    return GroupMembership.objects.get_or_create(enrolment=enrolment, group=group)[0]


@transaction.atomic
def assign_role(user: User, kind: RoleKind, place: Facility | Classroom) -> Role:
    """Give a user a role and access to the admin."""
    where = {"facility": place} if isinstance(place, Facility) else {"classroom": place}
    role, _created = Role.objects.get_or_create(user=user, kind=kind, **where)
    grant_staff_access(user)
    return role


def grant_staff_access(user: User) -> None:
    """Grant access to the admin to a user with a role, and delete their tokens."""
    revoke_tokens([user], actor=None)  # Must not work after the role ends.
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])


def revoke_staff_access(people: Iterable[UUID]) -> None:
    """Revoke access to the admin of those users who have no role any more."""
    users = User.objects.filter(pk__in=people, is_staff=True, is_superuser=False, roles=None)
    users.update(is_staff=False)
