"""A large installation: a simulated school, cloned until its learners made enough attempts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from typing import Any

from django.db import connection, transaction
from django.db.models import Manager

from analytics.core import response_times
from analytics.models import Item, Skill
from config.cloning import Copy, clone_facility
from config.demo.chance import Chance
from config.demo.facility import create_demo_facility
from config.demo.installation_roster import Login, appoint_staff, create_roster
from config.demo.personas import LEARNERS
from config.demo.simulated_learner import Persona
from logger.models import AttemptLog
from roster.models import Facility, User

SET_PREFIX = "demo-"
ATTEMPTS_PER_FACILITY, ATTEMPTS_PER_LEARNER = 120_000, 140
FACILITIES = (2, 40)
# Every third learner answers in apps too, the others only in sessions.
APP_USERS = 3
# Work in a copy ends up to so many weeks ago; in the last facility, which was closed, so many more.
WEEKS, WEEKS_CLOSED = 24, 10


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The facilities of a set, the simulated one first, and the staff who can log in."""

    facilities: list[Facility]
    logins: list[Login]


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
    number = _next_set()
    personas = [
        replace(each, username=f"{each.username}-{number}", uses_apps=place % APP_USERS == 0)
        for place, each in enumerate(personas[: 1 + attempts // ATTEMPTS_PER_LEARNER])
    ]
    name, partner_id = f"Demo school {number}", f"{SET_PREFIX}{number}-school"
    facility = create_roster(name, partner_id, personas, at=at)
    create_demo_facility(facility, seed=seed, at=at, characters=personas, quiet=quiet)
    analyze()
    size = AttemptLog.objects.filter(facility=facility).count()
    copies = _plan_copies(ceil(attempts / size) - 1, attempts, Chance(f"{seed} {number}"))
    with transaction.atomic():
        clone_facility(facility, copies, quiet=quiet)
        for copied, count in Counter(copy.facility for copy in copies).items():
            _multiply_statistics(f"{partner_id}-{copied}", count)
    analyze()
    facilities = list(
        Facility.objects.filter(partner_id__startswith=partner_id).order_by("partner_id")
    )
    logins = [login for each in facilities for login in appoint_staff(each, at=at)]
    return Installation(facilities=facilities, logins=logins)


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
    lines = [f"Added {size}. Learners cannot log in; these users can:"]
    lines += [
        f"  {login.username:24} {login.password}   {login.role} at {login.facility}"
        for login in installation.logins
    ]
    return "\n".join(lines)


def _next_set() -> int:
    """Return a number that no existing set of schools has, so that names are unique."""
    theirs = Facility.objects.filter(partner_id__startswith=SET_PREFIX)
    found = (
        re.match(rf"{SET_PREFIX}(\d+)-", name or "")
        for name in theirs.values_list("partner_id", flat=True)
    )
    return 1 + max((int(match[1]) for match in found if match), default=0)


def _plan_copies(count: int, attempts: int, chance: Chance) -> list[Copy]:
    """Return copies in facilities of very different sizes, more of them with recent work."""
    least, most = FACILITIES
    facilities = range(1, 1 + min(max(least, attempts // ATTEMPTS_PER_FACILITY), most))
    # The sizes of the facilities decrease with their rank (Zipf's law).
    chosen = chance.choices(facilities, [1 / rank for rank in facilities], k=count)
    copies = []
    for number, facility in enumerate(chosen, start=1):
        weeks = int(WEEKS * chance.random() ** 2) + WEEKS_CLOSED * (facility == facilities[-1])
        copies.append(Copy(number=number, facility=facility, days=-7 * weeks))
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
