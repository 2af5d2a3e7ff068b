"""Formats of numbers and durations on pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from infra.admin import formats
from infra.admin.formats import NO_BREAK_SPACE
from tests.factories import NOW


def spaced(text: str) -> str:
    return text.replace(NO_BREAK_SPACE, " ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 m 0 s"),
        (250, "4 m 10 s"),
        (3600, "1 h 0 m"),
        (7530, "2 h 5 m"),
    ],
)
def test_durations_are_shown_in_their_two_largest_units(seconds: float, text: str):
    """A duration reads like "4 m 10 s"."""
    assert spaced(formats.duration(seconds)) == text


def test_a_number_and_its_unit_stay_on_one_line():
    assert formats.percent(0.725) == f"72{NO_BREAK_SPACE}%"
    assert formats.percent(0.999) == f"99{NO_BREAK_SPACE}%"
    assert " " not in formats.duration(250)


@pytest.mark.parametrize(
    ("value", "text"), [(0.04, "±0.0"), (-0.04, "±0.0"), (0.26, "+0.3"), (-1.25, "−1.2")]
)
def test_a_change_has_its_sign(value: float, text: str):
    assert formats.signed(value) == text


@pytest.mark.parametrize(
    ("hours", "text"), [(-5, "today"), (1, "today"), (10, "yesterday"), (34, "2 days ago")]
)
def test_days_are_counted_by_the_calendar(hours: float, text: str):
    """NOW is 9:30."""
    assert formats.days_ago(NOW - timedelta(hours=hours), NOW) == text


def test_a_sign_stays_before_its_number_in_arabic():
    with translation.override("ar"):
        shown = formats.signed(0.26)

    assert (shown[0], shown[-1]) == (formats.LTR, formats.END)
    assert shown[1] == "+"
