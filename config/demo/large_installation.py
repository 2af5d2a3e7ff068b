"""A large installation: a simulated school, cloned until its learners made enough attempts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from math import ceil
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Manager

from analytics.core import response_times
from analytics.core.velocity import SLOTS, WEEK
from analytics.models import Item, Skill
from config.cloning.facility import Copy, clone_facility
from config.demo.chance import Chance
from config.demo.facility import create_demo_facility
from config.demo.personas import LEARNERS
from config.demo.roster import demo_roster
from config.demo.simulated_learner import Persona
from logger.models import AttemptLog
from roster.importing import import_roster
from roster.importing.schema import FacilityEntry, RosterFile, UserEntry
from roster.models import Facility, User

PARTNER_ID = "demo-{}-school"  # with the number of the set
ATTEMPTS_PER_FACILITY, ATTEMPTS_PER_LEARNER = 120_000, 140
FACILITIES = (2, 40)
# Every fourth learner answers in apps too, the others only in sessions.
APP_USERS = 4
# Work in a copy ends up to so many weeks ago; in the last facility, which was closed, so many more.
WEEKS, WEEKS_CLOSED = 24, 10


class Installation(NamedTuple):
    """The facilities of a set, the simulated one first, and a line for each login of staff."""

    facilities: list[Facility]
    logins: list[str]


def seed_installation(
    attempts: int,
    *,
    seed: int,
    at: datetime,
    personas: Sequence[Persona] = LEARNERS,
    quiet: bool = False,
) -> Installation:
    """Create schools whose learners made at least this number of attempts up to now.

    One school is simulated; the others have copies of its classes. The same seed and number of the
    set give the same answers.
    """
    known = {*Facility.objects.values_list("partner_id", flat=True)}
    number = next(each for each in count(1) if PARTNER_ID.format(each) not in known)
    personas = [
        replace(each, username=f"{each.username}-{number}", uses_apps=place % APP_USERS == 0)
        for place, each in enumerate(personas[: 1 + attempts // ATTEMPTS_PER_LEARNER])
    ]
    facility = import_roster(_school_roster(number), at=at).facility
    partner_id = str(facility.partner_id)
    create_demo_facility(facility, seed=seed, at=at, characters=personas, quiet=quiet)
    analyze()
    size = AttemptLog.objects.filter(facility=facility).count()
    copies = _plan_copies(ceil(attempts / size) - 1, attempts, Chance(f"{seed} {number}"))
    with transaction.atomic():
        clone_facility(facility, copies, quiet=quiet)
        for copied, times in Counter(copy.facility for copy in copies).items():
            _multiply_statistics(f"{partner_id}-{copied}", times)
    analyze()
    ours = Facility.objects.filter(partner_id__startswith=partner_id).order_by("partner_id")
    logins = [login for each in ours for login in _create_staff(each, at=at)]
    return Installation(list(ours), logins)


def analyze() -> None:
    """Update the statistics of the database's planner."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def described(installation: Installation) -> str:
    """Return a message with the numbers of added rows and the logins."""
    facilities = installation.facilities
    learners = User.objects.filter(facility__in=facilities, is_staff=False).count()
    attempts = AttemptLog.objects.filter(facility__in=facilities).count()
    size = f"{len(facilities)} schools, {learners} learners and {attempts} attempts"
    added = f"Added {size}. Learners cannot log in; these users can:"
    return "\n  ".join([added, *installation.logins])


def _school_roster(number: int) -> RosterFile:
    """Return the roster of the school to simulate: that of the demo school, with other names."""

    def renamed(usernames: Iterable[str]) -> list[str]:
        return [f"{username}-{number}" for username in usernames]

    demo = demo_roster()
    return replace(
        demo,
        facility=FacilityEntry(name=f"Demo school {number}", partner_id=PARTNER_ID.format(number)),
        users=[
            replace(user, username=f"{user.username}-{number}", passwordless=True)
            for user in demo.users
            if user.role in (None, "coach")
        ],
        classrooms=[
            replace(
                room,
                coaches=renamed(room.coaches),
                learners=renamed(room.learners),
                groups=[replace(each, learners=renamed(each.learners)) for each in room.groups],
            )
            for room in demo.classrooms
        ],
        api_keys=[],
    )


def _create_staff(facility: Facility, *, at: datetime) -> list[str]:
    """Create an admin and a coach of a facility; return a line with the login of each."""
    roles = {f"{role}-{facility.partner_id}": role for role in ("admin", "coach")}
    place = FacilityEntry(name=facility.name, partner_id=facility.partner_id)
    users = [UserEntry(username=username, role=role) for username, role in roles.items()]
    created = import_roster(RosterFile(facility=place, users=users), at=at).users
    return [
        f"{name:24} {user.password}   {roles[name]} at {facility}" for name, user in created.items()
    ]


def _plan_copies(number: int, attempts: int, chance: Chance) -> list[Copy]:
    """Return copies in facilities of very different sizes, more of them with recent work."""
    least, most = FACILITIES
    facilities = range(1, 1 + min(max(least, attempts // ATTEMPTS_PER_FACILITY), most))
    # The sizes of the facilities decrease with their rank (Zipf's law).
    chosen = chance.choices(facilities, [1 / rank for rank in facilities], k=number)
    copies = []
    for place, facility in enumerate(chosen, start=1):
        weeks = int(WEEKS * chance.random() ** 2) + WEEKS_CLOSED * (facility == facilities[-1])
        # Trajectories store each day in the slot of its number modulo 14.
        days = -SLOTS * (weeks * WEEK // SLOTS)
        copies.append(Copy(number=place, facility=facility, days=days))
    return copies


def _multiply_statistics(partner_id: str, copies: int) -> None:
    """Count the answers of all copies in the statistics of a facility's skills and items."""
    managers: list[Manager[Any]] = [Skill.objects, Item.objects]
    for manager in managers:
        rows = manager.filter(facility__partner_id=partner_id)
        for row in rows:
            times = response_times.from_bytes(bytes(row.times)) * copies
            row.answers, row.correct = row.answers * copies, row.correct * copies
            row.times = times.tobytes()
        manager.bulk_update(rows, ["answers", "correct", "times"], batch_size=100)
