"""Local days of many times at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from analytics.services.activity_counts import local_days
from infra.time_zones import local_day

ZONES = [
    "UTC", "Africa/Cairo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Kiritimati", "America/St_Johns",
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_local_days_are_those_of_single_times(zone: str):
    """Also around changes of the clock, such as the day that Samoa left out."""
    rng = np.random.default_rng(4)
    start = datetime(2010, 1, 1, tzinfo=UTC)
    minutes = rng.integers(0, 3 * 365 * 24 * 60, 4_000).tolist()
    times = [start + timedelta(minutes=minute, microseconds=1) for minute in minutes]

    days = local_days(np.array([round(at.timestamp() * 1e6) for at in times]), zone)

    first = date(1970, 1, 1)
    assert days.tolist() == [(local_day(at, zone) - first).days for at in times]
