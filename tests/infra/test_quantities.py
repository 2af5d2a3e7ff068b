"""Quantities as text for people."""

from __future__ import annotations

import pytest
from django.utils import translation

from infra.admin.quantities import (
    LEFT_TO_RIGHT,
    duration,
    duration_change,
    percent,
    rounded,
    signed,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""), (0, "0 s"), (0.04, "0.1 s"), (0.42, "0.4 s"), (0.67, "0.7 s"),
        (0.97, "1 s"), (9.6, "10 s"), (59.4, "59 s"), (59.6, "1 m 0 s"),
        (250, "4 m 10 s"), (3600, "1 h 0 m"), (86_399, "23 h 59 m"),
        (86_400, "1 d 0 h"), (10_000_000, "115 d 17 h"),
    ],
)  # fmt: skip
def test_a_duration_is_shown_in_its_two_largest_units(seconds: float | None, text: str):
    assert duration(seconds) == text


def test_a_change_of_time_has_a_sign():
    assert (
        duration_change(250),
        duration_change(-3),
        duration_change(0),
        duration_change(None),
    ) == ("+4 m 10 s", "−3 s", "±0 s", "")


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (None, ""), (0, "0 %"), (0.001, "1 %"), (0.72, "72 %"), (0.724, "72 %"), (0.999, "99 %"),
        (1, "100 %"),
    ],
)  # fmt: skip
def test_a_percentage_is_0_or_100_only_if_exact(part: float | None, text: str):
    assert percent(part) == text


def test_a_change_has_a_sign():
    assert [signed(change) for change in (2, -0.5, 0, None)] == ["+2", "−0.5", "±0", ""]


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, ""), (0.07298821, "0.073"), (-0.00004, "0"), (3.0, "3"), (-2.351071, "−2.351"),
     (1234567.25, "1234567.25")],
)  # fmt: skip
def test_a_fraction_is_rounded_to_three_decimals(number: float | None, text: str):
    assert rounded(number) == text


def test_the_sign_of_a_loss_stays_in_front_in_right_to_left_text():
    with translation.override("ar"):
        loss = rounded(-0.25)

    assert loss.startswith(f"{LEFT_TO_RIGHT}−0")
