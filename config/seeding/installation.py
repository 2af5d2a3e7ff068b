"""Makes a big installation: another set of schools beside whatever is there."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import connection, transaction
from tqdm import tqdm

from config.seeding.catalogue import catalogue
from config.seeding.chance import Chance
from config.seeding.history import History
from config.seeding.schools import SET_PREFIX, Founder, Schools
from config.seeding.writing import store, store_records
from roster.models import Facility


@transaction.atomic
def seed_installation(attempts: int, *, seed: int, at: datetime, quiet: bool = False) -> Schools:
    """Store schools whose learners made exactly so many attempts until now; return the schools.

    All or nothing. The same seed makes the same set of the same number, but for passwords.
    """
    number = next_set()
    chance = Chance(f"{seed} {number}")
    schools = Founder(number, chance, at=at).found(attempts)
    contents = catalogue(attempts, chance, at=at)
    for rows in schools.rows.values():
        store(rows)
    history = History(schools=schools, contents=contents, chance=chance, now=at)
    with tqdm(total=attempts, unit=" attempts", disable=quiet) as bar:
        for records in history.slices(attempts):
            for rows in (records.summaries, records.tries, records.sessions, records.attempts):
                store_records(rows)
            bar.update(len(records.attempts))
    return schools


def next_set() -> int:
    """Return a number that no set of schools here has, so that names cannot clash."""
    theirs = Facility.objects.filter(partner_id__startswith=SET_PREFIX)
    found = (
        re.match(rf"{SET_PREFIX}(\d+)-", name or "")
        for name in theirs.values_list("partner_id", flat=True)
    )
    return 1 + max((int(match[1]) for match in found if match), default=0)


def analyze() -> None:
    """Let the database learn what its tables hold now, so that it plans well at once."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def described(schools: Schools, attempts: int) -> str:
    """Say what was added, and who may log in."""
    size = f"{len(schools.facilities)} schools, {len(schools.learners)} learners"
    lines = [f"Added {size} and {attempts} attempts. Learners cannot log in; these can:"]
    for login in schools.logins:
        where = login.user.facility
        lines.append(f"  {login.user.username:16} {login.password}   {login.role} at {where}")
    return "\n".join(lines)
