"""Local days of a time zone of the IANA database, such as Africa/Cairo."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MAX_NAME_LENGTH = 64


@cache
def _known_names() -> set[str]:
    return available_timezones()


def is_time_zone(name: str) -> bool:
    """Return whether the IANA database has a time zone of this name."""
    return name in _known_names()


def local_day(at: datetime, zone: str) -> date:
    """Return the day of a time (with its own time zone) in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def days_between(then: datetime, now: datetime, zone: str) -> int:
    """Return the number of midnights of a zone from `then` to `now`; 0 if `then` is later."""
    return max((local_day(now, zone) - local_day(then, zone)).days, 0)


def start_of_day(day: date, zone: str) -> datetime:
    """Return the time (UTC) at which a day starts in a zone.

    If midnight occurs twice, it is the first one; if clocks skip it, the time of the change.
    """
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
