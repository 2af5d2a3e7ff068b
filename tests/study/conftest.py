"""Fixtures: a school with the partner id 779, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.factories import NOW, School, make_school


@pytest.fixture
def school(db: None) -> School:
    school = make_school()
    school.facility.partner_id = "779"
    school.facility.save()
    return school


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at `NOW` until a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
