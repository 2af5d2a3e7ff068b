"""The formats of times in all APIs and in exports; pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def format_time(moment: datetime) -> str:
    """Return a time as contract 0.1 requires: ISO 8601 in UTC with microseconds and ``Z``."""
    if moment.tzinfo is UTC:
        return moment.isoformat(timespec="microseconds")[:26] + "Z"
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def format_local_time(moment: datetime, zone: ZoneInfo) -> str:
    """Return a time as ISO 8601 in a time zone, with microseconds and its UTC offset, Z for UTC."""
    if zone.key == "UTC":
        return format_time(moment)
    return moment.astimezone(zone).isoformat(timespec="microseconds")
