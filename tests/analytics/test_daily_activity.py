"""Daily activity equals the counts of the events by local day (contract 0.10)."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from analytics.events import Answer, Source
from analytics.models import DailyActivity, LearningEvent
from analytics.selectors.daily_activity import count_by_day
from analytics.services import record_for_all
from analytics.services.daily_activity import recount_outdated
from config.scheduler import run_due
from roster.models import Facility, User
from roster.services import lock_learner
from tests.analytics.test_recording import record, tracked
from tests.conftest import Client, client_for
from tests.factories import NOW, School, answered, exercise
from tests.study.study_client import study

pytestmark = pytest.mark.django_db
ZONES = ("Europe/Berlin", "America/Havana", "UTC", "Asia/Kathmandu")
# Clocks change in Berlin on 29 March 2026, in Havana on 8 March.
SPRING = datetime(2026, 3, 30, 12, tzinfo=UTC)


def set_zone(facility: Facility, zone: str) -> None:
    Facility.objects.filter(pk=facility.pk).update(time_zone=zone)
    facility.time_zone = zone


def stored() -> dict[tuple[Any, ...], Any]:
    return {
        (row.learner_id, row.skill_id, row.day, row.time_zone): (
            row.answers, pytest.approx(row.correct), pytest.approx(row.seconds),
        )
        for row in DailyActivity.objects.all()
    }  # fmt: skip


def counted() -> dict[tuple[Any, ...], Any]:
    """Return the counts of all events, by learner, skill, local day and time zone."""
    groups: dict[tuple[Any, ...], list[LearningEvent]] = defaultdict(list)
    for event in LearningEvent.objects.select_related("facility"):
        zone = event.facility.time_zone
        day = event.happened_at.astimezone(ZoneInfo(zone)).date()
        groups[event.learner_id, event.skill_id, day, zone].append(event)
    return {
        key: (
            len(events),
            sum(event.score for event in events),
            sum(event.seconds or 0.0 for event in events),
        )
        for key, events in groups.items()
    }


def stream(seed: int) -> Iterator[Answer]:
    """Yield random answers of the weeks in which clocks change: late, repeated, without skill."""
    chance = random.Random(seed)
    for number in range(60):
        at = SPRING - timedelta(minutes=chance.randrange(30 * 24 * 60))
        answer = tracked(
            chance.choice([0.0, 0.5, 1.0]),
            chance.choice(["algebra", "geometry"]),
            item=f"q{chance.randrange(4)}",
            seconds=chance.choice([None, 3.0, 7.25]),
            happened_at=chance.choice([at, at, None]),
            source_id=f"{seed} {chance.randrange(number + 1)}" if chance.random() < 0.5 else None,
        )
        if chance.random() < 0.2:
            answer = replace(answer, source=Source.STUDY, skill=None, is_default=True)
        yield answer


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_the_counts_of_the_events(school: School, seed: int):
    set_zone(school.facility, ZONES[seed])
    set_zone(school.elsewhere, ZONES[seed - 1])
    for learner in (school.ada, school.stranger):
        answers = list(stream(seed))
        for start in range(0, len(answers), 7):
            record(learner, *answers[start : start + 7], at=SPRING)

    assert stored() == counted()
    assert sum(row[0] for row in stored().values()) == LearningEvent.objects.count() > 80


def test_it_equals_the_counts_of_a_bulk(school: School):
    set_zone(school.facility, "Asia/Kathmandu")
    learners = [lock_learner(learner.pk) for learner in (school.ada, school.ben)]

    for seed in (1, 2):
        given = {learner: list(stream(seed * 10 + i)) for i, learner in enumerate(learners)}
        record_for_all(given, at=SPRING)

    assert stored() == counted()


def test_answers_around_midnight_are_on_their_local_days(school: School):
    """23:30 and 00:30 in Berlin, which are the same day in UTC."""
    set_zone(school.facility, "Europe/Berlin")
    for minutes in (0, 60):
        at = datetime(2026, 3, 1, 22, 30, tzinfo=UTC) + timedelta(minutes=minutes)
        record(school.ada, tracked(happened_at=at), at=at)

    assert [row.day for row in DailyActivity.objects.order_by("day")] == [
        date(2026, 3, 1), date(2026, 3, 2),
    ]  # fmt: skip


def test_a_repeated_answer_changes_nothing(school: School):
    record(school.ada, tracked(source_id="one"))
    before = stored()

    record(school.ada, tracked(source_id="one"))

    assert stored() == before == counted()


def test_sessions_and_studies_are_counted(school: School, app: Client):
    client_for(school.ada).work(exercise(), answered("q1"), answered("q2", correct=0))
    Facility.objects.filter(pk=school.facility.pk).update(partner_id="779")
    study(app, event_id="one")

    assert stored() == counted()
    assert sum(row[0] for row in stored().values()) == LearningEvent.objects.count() == 3


def test_erased_learners_leave_none(school: School):
    record(school.ada, tracked())
    record(school.ben, tracked())

    User.objects.get(pk=school.ada.pk).delete()

    assert {row.learner_id for row in DailyActivity.objects.all()} == {school.ben.pk}


def test_a_change_of_the_zone_counts_again(school: School):
    """Until the job has run, rows of the new zone are not added to those of the former one."""
    record(school.ada, *stream(1), at=SPRING)
    record(school.stranger, *stream(2), at=SPRING)
    others = DailyActivity.objects.filter(learner=school.stranger)
    untouched = set(others.values_list("pk", flat=True))
    set_zone(school.facility, "Pacific/Kiritimati")
    record(User.objects.get(pk=school.ada.pk), *stream(3), at=SPRING)

    run_due(NOW)

    assert stored() == counted()
    assert set(others.values_list("pk", flat=True)) == untouched
    assert recount_outdated(NOW) == 0


def test_rebuild_state_corrects_it(school: School):
    record(school.ada, *stream(5), at=SPRING)
    row = DailyActivity.objects.order_by("pk")[0]
    DailyActivity.objects.filter(pk=row.pk).update(answers=row.answers + 1)

    with pytest.raises(CommandError):
        call_command("rebuild_state", "--check", stdout=StringIO(), stderr=StringIO())
    call_command("rebuild_state", stdout=StringIO(), stderr=StringIO())

    assert stored() == counted()
    call_command("rebuild_state", "--check", stdout=StringIO())


def totals(learners: list[User], days: tuple[date, date]) -> dict[date, tuple[int, int, Any]]:
    """Return the answers, learners and seconds of each day, counted from the events."""
    found: dict[date, list[LearningEvent]] = defaultdict(list)
    for event in LearningEvent.objects.filter(learner__in=learners).select_related("facility"):
        zone = ZoneInfo(event.facility.time_zone)
        found[event.happened_at.astimezone(zone).date()].append(event)
    return {
        day: (
            len(events),
            len({event.learner_id for event in events}),
            pytest.approx(sum(event.seconds or 0.0 for event in events)),
        )
        for day, events in found.items()
        if days[0] <= day <= days[1]
    }


@pytest.mark.parametrize("other", ["Europe/Berlin", "Pacific/Kiritimati"])
def test_days_are_counted_in_the_zone_of_each_facility(school: School, other: str):
    """After a change of a zone, before the rows are counted again, and afterwards."""
    set_zone(school.facility, "Europe/Berlin")
    set_zone(school.elsewhere, other)
    people = [school.ada, school.ben, school.stranger]
    for seed, learner in enumerate(people):
        record(User.objects.get(pk=learner.pk), *stream(seed), at=SPRING)
    days = date(2026, 3, 20), date(2026, 3, 29)

    def by_day() -> dict[date, tuple[int, int, float]]:
        by_zone: dict[str, list[UUID]] = defaultdict(list)
        for learner in User.objects.filter(pk__in=[row.pk for row in people]):
            assert learner.facility is not None
            by_zone[learner.facility.time_zone].append(learner.pk)
        return dict(count_by_day(by_zone, *days))

    before = by_day()
    assert before == totals(people, days)
    set_zone(school.facility, "America/Havana")
    assert by_day() == totals(people, days) != before
    run_due(NOW)
    assert by_day() == totals(people, days)
