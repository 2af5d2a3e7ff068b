"""A school that apps of the study-results API call 779, at a fixed time."""

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
    """Stand still until moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
