"""Days and times of all pages and exports are those of the facility's time zone.

The answers of each case are at 23:30 the day before, 00:30, 23:30 and 00:30 the day after. The
days have 23, 24 or 25 hours. Contract 0.10 has times in UTC, pages do not.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from infra.exports.models import Export
from logger.models import MasteryLog
from roster.admin import export_mixin
from roster.models import Facility, User
from tests.analytics.test_recording import record
from tests.conftest import client_for
from tests.dashboard.practice import answers, browser, look, practise, skill
from tests.factories import School, answered, exercise, make_school
from tests.infra.export_client import body, export, read_csv
from tests.infra.large_exports import download, finish_exports

pytestmark = pytest.mark.django_db
EVENTS = "analytics_learningevent_changelist"


class Case(NamedTuple):
    """A day of a zone, and four answers: their times in UTC, and their local times."""

    zone: str
    day: date
    times: str
    local: str

    @property
    def instants(self) -> list[datetime]:
        return [
            datetime.strptime(f"2026-{text}", "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
            for text in self.times.split()
        ]

    @property
    def shown(self) -> list[str]:
        """The local times as lists show them."""
        return self.local.split("; ")


CASES = [
    Case(
        "UTC", date(2026, 3, 2),
        "03-01T23:30 03-02T00:30 03-02T23:30 03-03T00:30",
        "1 Mar 2026, 23:30; 2 Mar 2026, 00:30; 2 Mar 2026, 23:30; 3 Mar 2026, 00:30",
    ),
    Case(  # 23 hours
        "Europe/Berlin", date(2026, 3, 29),
        "03-28T22:30 03-28T23:30 03-29T21:30 03-29T22:30",
        "28 Mar 2026, 23:30; 29 Mar 2026, 00:30; 29 Mar 2026, 23:30; 30 Mar 2026, 00:30",
    ),
    Case(  # 25 hours
        "Europe/Berlin", date(2026, 10, 25),
        "10-24T21:30 10-24T22:30 10-25T22:30 10-25T23:30",
        "24 Oct 2026, 23:30; 25 Oct 2026, 00:30; 25 Oct 2026, 23:30; 26 Oct 2026, 00:30",
    ),
    Case(  # 23 hours, from 01:00
        "Africa/Cairo", date(2026, 4, 24),
        "04-23T21:30 04-23T22:30 04-24T20:30 04-24T21:30",
        "23 Apr 2026, 23:30; 24 Apr 2026, 01:30; 24 Apr 2026, 23:30; 25 Apr 2026, 00:30",
    ),
    Case(  # 25 hours, with two midnights; this is 00:30 after the second one
        "America/Havana", date(2026, 11, 1),
        "11-01T03:30 11-01T05:30 11-02T04:30 11-02T05:30",
        "31 Oct 2026, 23:30; 1 Nov 2026, 00:30; 1 Nov 2026, 23:30; 2 Nov 2026, 00:30",
    ),
    Case(  # 25 hours; this is 00:30 between the midnights
        "America/Havana", date(2026, 11, 1),
        "11-01T03:30 11-01T04:30 11-02T04:30 11-02T05:30",
        "31 Oct 2026, 23:30; 1 Nov 2026, 00:30; 1 Nov 2026, 23:30; 2 Nov 2026, 00:30",
    ),
    Case(
        "Asia/Kathmandu", date(2026, 3, 2),
        "03-01T17:45 03-01T18:45 03-02T17:45 03-02T18:45",
        "1 Mar 2026, 23:30; 2 Mar 2026, 00:30; 2 Mar 2026, 23:30; 3 Mar 2026, 00:30",
    ),
    Case(
        "Pacific/Kiritimati", date(2026, 3, 2),
        "03-01T09:30 03-01T10:30 03-02T09:30 03-02T10:30",
        "1 Mar 2026, 23:30; 2 Mar 2026, 00:30; 2 Mar 2026, 23:30; 3 Mar 2026, 00:30",
    ),
]  # fmt: skip
everywhere = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.zone} {case.day} {case.times[12:23]}" for case in CASES]
)


def move_to(facility: Facility, zone: str) -> None:
    Facility.objects.filter(pk=facility.pk).update(time_zone=zone)


def record_at(case: Case, school: School, scores: str = "0") -> None:
    """Record answers to an item, each with a time of a minute, at each time."""
    move_to(school.facility, case.zone)
    for number, at in enumerate(case.instants):
        record(
            User.objects.get(pk=school.ada.pk),
            *answers(scores, item=f"item{number}", seconds=60.0),
            at=at,
        )


def items_in(page: str) -> list[int]:
    """Return which of the answers a page has, by the names of their items."""
    return sorted({int(number) for number in re.findall(r"item(\d)\b", page)})


@everywhere
def test_an_answer_is_counted_on_its_local_day(school: School, case: Case):
    record_at(case, school)

    for day, expected in ((-1, 1), (0, 2), (1, 1)):
        asked = (case.day + timedelta(days=day)).isoformat()
        page = look(school.coach, "index", since=asked, until=asked)
        assert f"{expected} answer{'s' * (expected > 1)} in 1 days." in page, asked
        assert f"{expected} m 0 s of answers with a known time." in page, asked


@everywhere
def test_a_list_shows_local_times_and_its_filter_has_local_days(school: School, case: Case):
    record_at(case, school)
    asked = {"since": case.day.isoformat(), "until": case.day.isoformat()}

    everything, filtered = look(school.coach, EVENTS), look(school.coach, EVENTS, **asked)

    assert [text in everything for text in case.shown] == [True] * 4
    assert items_in(everything) == [0, 1, 2, 3]
    assert items_in(filtered) == [1, 2]
    assert f"All times are {case.zone}." in everything


@everywhere
def test_an_export_has_local_days_and_times_with_their_offset(school: School, case: Case):
    record_at(case, school)
    asked = f"since={case.day}&until={case.day}"

    rows = read_csv(body(export(school.coach, "analytics/learningevent", query=asked)))

    times = sorted(row["happened"] for row in rows)
    assert [datetime.fromisoformat(time) for time in times] == case.instants[1:3]
    assert all(time.startswith(case.day.isoformat()) for time in times)
    assert all(time.endswith("Z") == (case.zone == "UTC") for time in times)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", CASES[2:4], ids=lambda case: case.zone)
def test_a_large_export_has_the_same_days_and_times(
    case: Case, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    """A job makes it later."""
    settings.EXPORTS_FOLDER = tmp_path
    school, asked = make_school(), f"since={case.day}&until={case.day}"
    record_at(case, school)
    immediate = body(export(school.coach, "analytics/learningevent", query=asked))

    monkeypatch.setattr(export_mixin, "MAX_IMMEDIATE_ROWS", 1)
    export(school.coach, "analytics/learningevent", query=asked)
    finish_exports()

    large = body(download(school, Export.objects.get()))
    assert len(large.splitlines()) == 3
    assert sorted(large.splitlines()) == sorted(immediate.splitlines())


@everywhere
def test_a_learners_answers_and_chart_show_local_times(school: School, case: Case):
    record_at(case, school, "00")

    args = [school.ada.pk, skill(school.ada).pk]
    page = look(school.coach, "coach_practice", *args, axis="answers")
    by_day = look(school.coach, "coach_practice", *args).split("<figure")[1]

    answered_at, chart = page.split('id="answers-title"')[1], page.split("<figure")[1]
    assert [text in answered_at for text in case.shown] == [True] * 4
    assert [f"<td>{text}</td>" in chart for text in case.shown] == [True] * 4
    # Over time, the last answer of each local day.
    assert [f"<td>{text}</td>" in by_day for text in case.shown] == [True, False, True, True]


@everywhere
@pytest.mark.parametrize("hour", [0, 23])
def test_today_is_the_local_day(school: School, case: Case, hour: int):
    """At 00:30 and at 23:30 of a day, the last day shown is that day."""
    record_at(case, school)

    with time_machine.travel(case.instants[1 if hour == 0 else 2], tick=False):
        page = look(school.coach, "index")
        learner = look(school.coach, "coach_learner", school.ada.pk)

    assert f'name="until" value="{case.day}"' in page
    assert "last: today" in re.sub(r"<[^>]*>|\s+", " ", learner).replace("  ", " ")


@pytest.mark.parametrize("case", CASES[1:4], ids=lambda case: str(case.day))
def test_a_session_over_midnight_puts_time_on_both_days(school: School, case: Case):
    move_to(school.facility, case.zone)
    with time_machine.travel(case.instants[2], tick=False) as clock:
        ada = client_for(school.ada)
        session = ada.work(exercise(), answered("q1", time_spent=120))["session_id"]
        clock.move_to(case.instants[3])
        ada.move(session, interactions=[answered("q2", time_spent=180)])

        for day, expected in ((0, "2 m 0 s"), (1, "3 m 0 s")):
            asked = (case.day + timedelta(days=day)).isoformat()
            page = look(school.coach, "index", since=asked, until=asked)
            assert f"{expected} of answers with a known time." in page


def test_the_pages_of_a_learners_work_show_local_times(school: School):
    move_to(school.facility, "Asia/Kathmandu")
    with time_machine.travel(datetime(2026, 3, 1, 18, 45, tzinfo=UTC), tick=False):
        ada, content = client_for(school.ada), exercise(mastery_model={"type": "quiz"})
        ada.work(content, answered())
        done = MasteryLog.objects.get()
        pages = [
            look(school.coach, "coach_learner", school.ada.pk),
            look(school.coach, "coach_content", school.ada.pk, content["content_id"]),
            look(school.coach, "coach_try", done.pk),
            look(school.coach, "coach_attempt", done.attempts.get().pk),
        ]

    for page in pages:
        assert re.search("2 Mar 2026,? 00:(29|30)", page)
        assert "1 Mar 2026" not in page
    assert "Quiz of 2 Mar 2026" in pages[0]


@pytest.mark.parametrize(
    "listing",
    ["logger/contentsession", "logger/contentsummary", "logger/masterylog", "logger/attemptlog",
     "analytics/skillstate", "analytics/itemmemory"],
)  # fmt: skip
def test_every_list_shows_local_times(school: School, listing: str):
    move_to(school.facility, "Asia/Kathmandu")
    with time_machine.travel(datetime(2026, 3, 1, 18, 45, tzinfo=UTC), tick=False):
        client_for(school.ada).work(exercise(), answered())
        page = browser(school.coach).get(f"/admin/{listing}/").content.decode()

    assert "2 Mar 2026, 00:30" in page
    assert "1 Mar 2026" not in page


def test_days_without_an_answer_are_the_same_in_all_places(school: School):
    """The alert, the learner's page and the list beside the heat map count midnights."""
    move_to(school.facility, "Africa/Cairo")
    ada = User.objects.get(pk=school.ada.pk)
    record(ada, *answers("111"), at=datetime(2026, 3, 1, 21, 30, tzinfo=UTC))

    with time_machine.travel(datetime(2026, 3, 18, 10, tzinfo=UTC), tick=False):
        front = look(school.coach, "index")
        page = look(school.coach, "coach_learner", school.ada.pk)

    assert "No answer for 17 days" in front
    assert "No answer for 17 days" in page
    for text in (front, page):
        assert set(re.findall(r"(\d+) days ago", text)) == {"17"}


def test_a_superuser_sees_the_zone_of_the_facility_shown(school: School):
    move_to(school.facility, "Asia/Kathmandu")
    move_to(school.elsewhere, "Africa/Cairo")
    at = datetime(2026, 3, 1, 18, 45, tzinfo=UTC)
    record(User.objects.get(pk=school.ada.pk), *answers("0"), at=at)
    algebra = skill(school.ada).pk

    def zone(name: str, *args: object, **query: str) -> str:
        page = look(school.superuser, name, *args, **query)
        return re.findall(r"All times are ([^<]*)\.", page)[0]

    assert zone("index", **{"class": str(school.class_7a.pk)}) == "Asia/Kathmandu"
    assert zone("index", **{"class": str(school.foreign_class.pk)}) == "Africa/Cairo"
    assert zone("coach_learner", school.ada.pk) == "Asia/Kathmandu"
    assert zone("coach_practice", school.ada.pk, algebra) == "Asia/Kathmandu"
    assert zone("coach_skill", algebra) == "Asia/Kathmandu"
    assert zone(EVENTS, facility=str(school.facility.pk)) == "Asia/Kathmandu"
    assert zone(EVENTS, facility=str(school.elsewhere.pk)) == "Africa/Cairo"
    assert zone(EVENTS) == zone(EVENTS, facility="x") == "UTC"


def test_days_of_classes_of_several_facilities_are_those_of_each(school: School):
    move_to(school.facility, "Asia/Kathmandu")
    move_to(school.elsewhere, "Africa/Cairo")
    practise(User.objects.get(pk=school.ada.pk), "1")

    one = look(school.superuser, "index", **{"class": str(school.class_7a.pk)})
    several = look(school.superuser, "index")

    assert "Days are those of the time zone Asia/Kathmandu." in one
    assert (
        "Days are those of the time zone of each learner\N{RIGHT SINGLE QUOTATION MARK}s facility."
        in several
    )


def test_a_superuser_sees_the_zone_of_the_only_facility(school: School):
    school.elsewhere.delete()
    move_to(school.facility, "Asia/Kathmandu")

    assert "All times are Asia/Kathmandu." in look(school.superuser, EVENTS)


def test_a_coach_of_another_facility_sees_the_zone_of_the_learner(school: School):
    move_to(school.elsewhere, "Asia/Kathmandu")
    practise(User.objects.get(pk=school.stranger.pk), "1")

    page = look(school.superuser, "coach_learner", school.stranger.pk)

    assert "All times are Asia/Kathmandu." in page


def test_the_zone_of_a_page_ends_with_its_request(school: School):
    move_to(school.facility, "Asia/Kathmandu")

    look(school.coach, "index")

    assert timezone.get_current_timezone_name() == "UTC"
