"""Who looks after the classes and the facility of a roster file."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from roster.importing.people import People
from roster.importing.results import IN_BATCH, Held, Pair, batches, ended
from roster.importing.schema import RosterFile
from roster.models import Classroom, Facility, LearnerToken, Role, RoleKind, User


def appoint_coaches(roster: RosterFile, rooms: list[Classroom], people: People) -> None:
    """Give each class the coaches its entry names, and take from it those who have left."""
    coaches = {
        (room.pk, coach.pk): coach
        for place, (room, entry) in enumerate(zip(rooms, roster.classrooms, strict=True))
        for coach in people.find_all(entry.coaches, f"classrooms[{place}].coaches")
    }
    held = _held_roles(rooms)
    Role.objects.bulk_create(
        [
            Role(user=coach, kind=RoleKind.COACH, classroom_id=pair[0])
            for pair, coach in coaches.items()
            if pair not in held
        ],
        batch_size=IN_BATCH,
    )
    _let_in(coaches.values())
    surplus = ended(roster, rooms, held, coaches.keys(), lambda entry: entry.former_coaches)
    for batch in batches(surplus):
        Role.objects.filter(pk__in=batch).delete()


def _held_roles(rooms: list[Classroom]) -> dict[Pair, Held]:
    return {
        (room, user): Held(pk=pk, external_id=external_id)
        for batch in batches([room.pk for room in rooms])
        for room, user, pk, external_id in Role.objects.filter(
            classroom__in=batch, kind=RoleKind.COACH
        ).values_list("classroom_id", "user_id", "pk", "user__external_id")
    }


def give_facility_roles(roster: RosterFile, facility: Facility, people: People) -> None:
    """Give facility roles as the file says: a coach of no class in it coaches them all."""
    told = {user: role for user, role in people.told(roster) if role is not None}
    by_key = {user.pk: user for user in told}
    of_classes = _coaches_of_classes(facility)
    wanted = {
        (user.pk, kind)
        for user, role in told.items()
        for kind in _kinds(role, coaches_class=user.pk in of_classes)
    }
    held = {(role.user_id, role.kind): role.pk for role in Role.objects.filter(facility=facility)}
    surplus = [
        pk
        for (user, kind), pk in held.items()
        if user in by_key and (user, kind) not in wanted
        # A source that knows no facility coaches takes nobody's coaching away.
        and not (told[by_key[user]] == "staff" and kind == RoleKind.COACH)
    ]  # fmt: skip
    Role.objects.filter(pk__in=surplus).delete()
    fresh = sorted(wanted - held.keys())
    Role.objects.bulk_create(
        [Role(user_id=user, kind=kind, facility=facility) for user, kind in fresh],
        batch_size=IN_BATCH,
    )
    _let_in(by_key[user] for user, _kind in fresh)
    _let_out(user for user, role in told.items() if role in ("learner", "staff"))


def _kinds(role: str, *, coaches_class: bool) -> set[str]:
    if role == "admin":
        return {RoleKind.ADMIN.value}
    if role == "coach" and not coaches_class:
        return {RoleKind.COACH.value}
    return set()


def _coaches_of_classes(facility: Facility) -> set[UUID]:
    """Return who coaches a class, by the file or from before: they get no further than that."""
    of_classes = Role.objects.filter(classroom__isnull=False, user__facility=facility)
    return set(of_classes.values_list("user_id", flat=True))


def _let_in(users: Iterable[User]) -> None:
    """Open the admin to people who look after others."""
    outside = {user.pk: user for user in users if not user.is_staff}
    for batch in batches(outside):
        User.objects.filter(pk__in=batch).update(is_staff=True)
        # Tokens are for learners; none may wake when the role ends.
        LearnerToken.objects.filter(user__in=batch).delete()
    for user in outside.values():
        user.is_staff = True


def _let_out(users: Iterable[User]) -> None:
    """Close the admin to people who look after nobody any more."""
    for batch in batches([user.pk for user in users if user.is_staff]):
        User.objects.filter(pk__in=batch, roles=None).update(is_staff=False)
