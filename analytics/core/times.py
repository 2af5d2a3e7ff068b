"""Times of answers from outside the service: datetimes, or seconds since any fixed time."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite


def seconds_since_epoch(at: float | datetime) -> float:
    """Return a time in seconds since 1970-01-01 UTC, or a number of seconds as it is.

    A datetime without a time zone counts as UTC.

    Raises
    ------
    ValueError : the time is NaN or infinite, or not a time (`pandas.NaT`).
    """
    if isinstance(at, datetime):
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    seconds = float(at)
    if not isfinite(seconds):
        raise ValueError("a time must be finite")
    return seconds
