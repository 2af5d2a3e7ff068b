"""Progress arithmetic in pure functions: contract 1.2."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logger import progress_rounding

THOUSANDTHS = st.integers(0, 1000)


@pytest.mark.parametrize(
    ("stands", "delta", "then"),
    [(0.1, 0.2, 0.3), (0.0, 1e-9, 0.001), (0.999, 0.5, 1.0), (0.7, 0.1, 0.8), (0.0, 0.0, 0.0)],
)
def test_deltas_add_exactly(stands: float, delta: float, then: float):
    """contract 1.2: 0.1 + 0.2 is 0.3 (a float sum rounded up gives 0.301)."""
    assert progress_rounding.add_progress(stands, delta) == then


@given(a=THOUSANDTHS, b=THOUSANDTHS)
def test_thousandths_add_like_integers(a: int, b: int):
    assert progress_rounding.add_progress(a / 1000, b / 1000) == min(a + b, 1000) / 1000


@given(st.floats(0, 1))
def test_rounding_adds_less_than_a_thousandth_and_is_idempotent(share: float):
    rounded = progress_rounding.round_progress(share)

    assert 0 <= rounded <= 1
    assert rounded == ceil(Fraction(repr(share)) * 1000) / 1000
    assert progress_rounding.round_progress(rounded) == rounded


@given(a=THOUSANDTHS, b=THOUSANDTHS)
def test_differences_are_exact(a: int, b: int):
    """contract 1.5: 0.25 → 0.75 is 0.5."""
    assert progress_rounding.difference(a / 1000, b / 1000) == (a - b) / 1000
