"""Move of people between the schools of one school information system, with their records."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from roster import services
from roster.models import AuditAction, Enrolment, Facility, FamilyLink, LearnerToken, Role, User

MoveRecords = Callable[[Collection[UUID], Facility], None]
_moves: list[MoveRecords] = []


def on_move(move: MoveRecords) -> None:
    """Register a function that moves an app's records of some people to their new facility."""
    _moves.append(move)


def move_people(people: Collection[User], facility: Facility) -> None:
    """Move people to another facility with all their records, and audit it in both.

    Their enrolments and roles end, and so do tokens, which keys of the former facility issued.
    The caller holds the locks of the people and of the facility, and saves their usernames.
    """
    keys = [user.pk for user in people]
    end_memberships(keys)
    User.objects.filter(pk__in=keys).update(facility=facility)
    for user in people:
        former = user.facility_id
        user.facility = facility
        changes = {"facility_id": [former.hex if former else None, facility.pk.hex]}
        for place in (former, facility.pk):
            services.add_entry(AuditAction.CHANGED, user, changes, actor=None, facility_id=place)
    for move in _moves:
        move(keys, facility)


def end_memberships(keys: Collection[UUID]) -> None:
    """End the enrolments, roles, tokens and family links of people who have left their facility."""
    Enrolment.objects.filter(user__in=keys).delete()
    Role.objects.filter(user__in=keys).delete()
    LearnerToken.objects.filter(user__in=keys).delete()
    FamilyLink.objects.filter(learner__in=keys).delete()
