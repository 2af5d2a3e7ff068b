"""Local days of time zones, also where clocks change (contract 0.10 has times in UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from infra.time_zones import is_time_zone, local_day, start_of_day

BERLIN, CAIRO, HAVANA, KIRITIMATI = (
    "Europe/Berlin", "Africa/Cairo", "America/Havana", "Pacific/Kiritimati",
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 28), BERLIN, 24),
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 4, 24), CAIRO, 23),  # clocks skip midnight
        (date(2026, 11, 1), HAVANA, 25),  # midnight occurs twice
        (date(2026, 3, 29), "UTC", 24),
    ],
)
def test_a_day_lasts_as_long_as_the_clocks_say(day: date, zone: str, hours: int):
    start, end = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)

    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize("zone", [BERLIN, CAIRO, HAVANA, KIRITIMATI, "Asia/Kathmandu", "UTC"])
def test_every_time_is_on_the_day_between_whose_starts_it_is(zone: str):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year == 2026:
        day = local_day(at, zone)

        assert start_of_day(day, zone) <= at < start_of_day(day + timedelta(days=1), zone)
        at += timedelta(minutes=47)


def test_half_an_hour_around_midnight_is_on_two_days():
    late = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    assert local_day(late, BERLIN) == date(2026, 3, 1)
    assert local_day(late + timedelta(hours=1), BERLIN) == date(2026, 3, 2)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "europe/berlin", "UTC\0"])
def test_other_names_are_no_time_zones(name: str):
    assert not is_time_zone(name)
    assert is_time_zone(BERLIN)
