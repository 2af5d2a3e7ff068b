"""Import of the coaches and admins of a roster file."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from roster import services
from roster.importing.people import People
from roster.importing.results import BATCH_SIZE, ExistingRow, Pair, batches, ended_rows
from roster.importing.schema import RosterFile
from roster.models import Classroom, Facility, Role, RoleKind, User


def assign_coaches(roster: RosterFile, rooms: list[Classroom], people: People) -> None:
    """Add the coaches that the entries name, and remove those who have left."""
    coaches = {
        (room.pk, coach.pk): coach
        for place, (room, entry) in enumerate(zip(rooms, roster.classrooms, strict=True))
        for coach in people.find_all(entry.coaches, f"classrooms[{place}].coaches")
    }
    held = _load_coach_roles(rooms)
    Role.objects.bulk_create(
        [
            Role(user=coach, kind=RoleKind.COACH, classroom_id=pair[0])
            for pair, coach in coaches.items()
            if pair not in held
        ],
        batch_size=BATCH_SIZE,
    )
    _grant_staff_access(coaches.values())
    surplus = ended_rows(roster, rooms, held, coaches.keys(), lambda entry: entry.former_coaches)
    for batch in batches(surplus):
        Role.objects.filter(pk__in=batch).delete()


def _load_coach_roles(rooms: list[Classroom]) -> dict[Pair, ExistingRow]:
    return {
        (room, user): ExistingRow(pk=pk, external_id=external_id)
        for batch in batches([room.pk for room in rooms])
        for room, user, pk, external_id in Role.objects.filter(
            classroom__in=batch, kind=RoleKind.COACH
        ).values_list("classroom_id", "user_id", "pk", "user__external_id")
    }


def assign_facility_roles(roster: RosterFile, facility: Facility, people: People) -> None:
    """Set the facility roles of the file; a coach without a class coaches the facility."""
    roles = {user: role for user, role in people.with_roles(roster) if role is not None}
    by_key = {user.pk: user for user in roles}
    of_classes = _coaches_of_classes(facility)
    wanted = {
        (user.pk, kind)
        for user, role in roles.items()
        for kind in _role_kinds(role, coaches_class=user.pk in of_classes)
    }
    held = {(role.user_id, role.kind): role.pk for role in Role.objects.filter(facility=facility)}
    surplus = [
        pk
        for (user, kind), pk in held.items()
        if user in by_key and (user, kind) not in wanted
        # OneRoster has no facility coaches, so its "staff" must not remove that role.
        and not (roles[by_key[user]] == "staff" and kind == RoleKind.COACH)
    ]  # fmt: skip
    Role.objects.filter(pk__in=surplus).delete()
    fresh = sorted(wanted - held.keys())
    Role.objects.bulk_create(
        [Role(user_id=user, kind=kind, facility=facility) for user, kind in fresh],
        batch_size=BATCH_SIZE,
    )
    _grant_staff_access(by_key[user] for user, _kind in fresh)
    _revoke_staff_access(user for user, role in roles.items() if role in ("learner", "staff"))


def _role_kinds(role: str, *, coaches_class: bool) -> set[str]:
    if role == "admin":
        return {RoleKind.ADMIN.value}
    if role == "coach" and not coaches_class:
        return {RoleKind.COACH.value}
    return set()


def _coaches_of_classes(facility: Facility) -> set[UUID]:
    """Return the ids of users who coach a class; they get no facility role as coach."""
    of_classes = Role.objects.filter(classroom__isnull=False, user__facility=facility)
    return set(of_classes.values_list("user_id", flat=True))


def _grant_staff_access(users: Iterable[User]) -> None:
    """Grant access to the admin to users with a role."""
    newcomers = {user.pk: user for user in users if not user.is_staff}
    for batch in batches(newcomers):
        User.objects.filter(pk__in=batch).update(is_staff=True)
        # Tokens are for learners only; old ones must not work again after the role ends.
        services.revoke_tokens(batch, actor=None)
    for user in newcomers.values():
        user.is_staff = True


def _revoke_staff_access(users: Iterable[User]) -> None:
    """Revoke access to the admin of users without a role."""
    for batch in batches([user.pk for user in users if user.is_staff]):
        User.objects.filter(pk__in=batch, roles=None).update(is_staff=False)
