"""Groups that coaches make of learners of their class."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from roster import services
from roster.models import Actor, Classroom, Enrolment, GroupMembership, LearnerGroup, User
from roster.services.permissions import InvalidField, lock_row, require_coach


@transaction.atomic
def make_group(
    classroom_id: UUID, name: str, learner_ids: Collection[UUID], *, actor: Actor
) -> LearnerGroup:
    """Create a group of some learners of a class; its coaches may do so.

    Raises
    ------
    UnknownRow : there is no such class, or the actor may not see it.
    NotAllowed : the actor is not a coach of the class.
    InvalidField : no learner is given, or one who is not in the class.
    """
    classroom, facility_id = lock_row(Classroom.objects.visible_to(actor), classroom_id)
    require_coach(actor, facility_id, classroom.pk)
    members = User.objects.filter(pk__in=learner_ids).order_by("pk")
    list(members.select_for_update(no_key=True))
    enrolments = Enrolment.objects.filter(classroom=classroom, user__in=learner_ids)
    found = list(enrolments.select_related("user").order_by("user"))
    if not found or len(found) != len(set(learner_ids)):
        raise InvalidField("learners", "All members must be learners of the class.")
    group = LearnerGroup(classroom=classroom, name=name)
    group.save(force_insert=True)
    services.record_added(group, actor=actor, facility_id=facility_id)
    memberships = [GroupMembership(enrolment=enrolment, group=group) for enrolment in found]
    for membership in GroupMembership.objects.bulk_create(memberships):
        services.record_added(membership, actor=actor, facility_id=facility_id)
    return group
