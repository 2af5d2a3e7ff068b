"""Create a large installation: another set of schools beside the existing ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction
from tqdm import tqdm

from analytics.models import Content as ContentRow
from analytics.models import LearningEvent, Skill
from analytics.services.item_statistics import fold_events
from config.seeding.catalogue import Content, catalogue, titled
from config.seeding.event_records import record_events
from config.seeding.rng import Chance
from config.seeding.schools import SET_PREFIX, SchoolBuilder, Schools
from config.seeding.timeline import History
from config.seeding.writing import BATCH, store, store_records
from roster.models import Facility


def seed_installation(attempts: int, *, seed: int, at: datetime, quiet: bool = False) -> Schools:
    """Create schools whose learners made exactly this number of attempts up to now.

    Everything is one transaction except the statistics of items, which are updated afterwards.
    The same seed and set number give the same rows, except passwords and the keys of the learner
    model's rows.
    """
    schools = _seed(attempts, seed=seed, at=at, quiet=quiet)
    # The tables are new, so the planner has no statistics yet.
    analyze()
    left = LearningEvent.objects.unfolded().count()
    with tqdm(total=left, unit=" answers folded", disable=quiet) as bar:
        while folded := fold_events(at):
            bar.update(folded)
    analyze()
    return schools


@transaction.atomic
def _seed(attempts: int, *, seed: int, at: datetime, quiet: bool) -> Schools:
    number = next_set()
    chance = Chance(f"{seed} {number}")
    schools = SchoolBuilder(number, chance, at=at).build(attempts)
    contents = catalogue(attempts, chance, at=at)
    for rows in schools.rows.values():
        store(rows)
    ContentRow.objects.bulk_create(titled(contents.things), ignore_conflicts=True)
    history = History(schools=schools, contents=contents, chance=chance, now=at)
    with tqdm(total=attempts, unit=" attempts", disable=quiet) as bar:
        for records in history.slices(attempts):
            for rows in (records.summaries, records.tries, records.sessions, records.attempts):
                store_records(rows)
            bar.update(len(records.attempts))
    analyze()
    _record_events(schools, chance, at=at, quiet=quiet)
    _name_skills(schools, contents.things)
    return schools


def _record_events(schools: Schools, chance: Chance, *, at: datetime, quiet: bool) -> None:
    """Record the answers of all learners in the learner model."""
    with tqdm(total=len(schools.learners), unit=" learners recorded", disable=quiet) as bar:
        for facility in schools.facilities:
            theirs = [
                learner.user
                for learner in schools.learners
                if learner.user.facility_id == facility.pk
            ]
            for learners in record_events(theirs, chance=chance, at=at):
                bar.update(learners)


def _name_skills(schools: Schools, contents: Iterable[Content]) -> None:
    """Set the titles and sections of the skills that were practised."""
    named = {content.id.hex: content for content in contents}
    skills = list(Skill.objects.filter(facility__in=schools.facilities))
    for skill in skills:
        content = named[skill.code]
        skill.title, skill.section = content.title, content.section
    Skill.objects.bulk_update(skills, ["title", "section"], batch_size=BATCH)


def next_set() -> int:
    """Return a number that no existing set of schools has, so that names are unique."""
    theirs = Facility.objects.filter(partner_id__startswith=SET_PREFIX)
    found = (
        re.match(rf"{SET_PREFIX}(\d+)-", name or "")
        for name in theirs.values_list("partner_id", flat=True)
    )
    return 1 + max((int(match[1]) for match in found if match), default=0)


def analyze() -> None:
    """Update the statistics of the database's planner."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def described(schools: Schools, attempts: int) -> str:
    """Return a message with the numbers of added rows and the logins."""
    size = f"{len(schools.facilities)} schools, {len(schools.learners)} learners"
    lines = [f"Added {size} and {attempts} attempts. Learners cannot log in; these users can:"]
    for login in schools.logins:
        where = login.user.facility
        lines.append(f"  {login.user.username:16} {login.password}   {login.role} at {where}")
    return "\n".join(lines)
