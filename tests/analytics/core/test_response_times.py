"""Histograms of response times; the reference time of learning-science 4."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core import response_times
from analytics.core.response_times import BINS, MAX_SECONDS, MIN_COUNT, MIN_SECONDS

SECONDS = st.floats(MIN_SECONDS, MAX_SECONDS)
WITHIN_A_BIN = (MAX_SECONDS / MIN_SECONDS) ** (1 / BINS)


@given(st.lists(SECONDS, min_size=MIN_COUNT, max_size=60))
def test_the_median_is_within_a_bin_of_the_true_one(seconds: list[float]):
    middle = sorted(seconds)
    low, high = middle[(len(middle) - 1) // 2], middle[len(middle) // 2]

    found = response_times.median(histogram_of(seconds))

    assert found is not None
    assert low / WITHIN_A_BIN * (1 - 1e-9) <= found <= high * WITHIN_A_BIN * (1 + 1e-9)


def test_the_median_of_equal_times_is_within_a_bin_of_them():
    assert response_times.median(histogram_of([60.0] * 9)) == pytest.approx(
        60.0, rel=WITHIN_A_BIN - 1
    )


def test_the_median_is_interpolated_within_its_bin():
    """4 of 10 times are below the second bin of 5, so the median is a fifth of the way into it."""
    counts = response_times.empty()
    counts[0], counts[1], counts[2] = 4, 5, 1

    assert response_times.median(counts) == pytest.approx(MIN_SECONDS * WITHIN_A_BIN**1.2)


@given(st.lists(SECONDS, max_size=MIN_COUNT - 1))
def test_a_few_times_have_no_median(seconds: list[float]):
    assert response_times.median(histogram_of(seconds)) is None


@given(one=st.lists(SECONDS, max_size=30), other=st.lists(SECONDS, max_size=30))
def test_neither_order_nor_batches_matter(one: list[float], other: list[float]):
    counts = histogram_of(one)
    response_times.add(counts, np.array(other))

    assert counts.tolist() == histogram_of(other + one).tolist()
    assert counts.sum() == len(one) + len(other)


@given(seconds=st.lists(SECONDS, min_size=MIN_COUNT, max_size=30), longer=st.floats(1.0, 5.0))
def test_longer_times_raise_the_median(seconds: list[float], longer: float):
    usual = response_times.median(histogram_of(seconds))
    slower = response_times.median(histogram_of([second * longer for second in seconds]))

    assert usual is not None
    assert slower is not None
    assert slower >= usual


def test_times_beyond_the_bins_count_in_the_outer_ones():
    counts = histogram_of([0.0, 0.1, MAX_SECONDS, 1e9, inf])

    assert counts[0] == 2
    assert counts[-1] == 3


def test_unknown_times_are_not_counted():
    assert histogram_of([nan, 30.0, nan]).sum() == 1


def test_negative_times_are_refused():
    with pytest.raises(ValueError, match="not negative"):
        histogram_of([5.0, -1.0])


@given(st.lists(SECONDS, max_size=30))
def test_a_histogram_is_restored_from_its_bytes(seconds: list[float]):
    counts = histogram_of(seconds)

    stored = counts.tobytes()

    assert len(stored) == 4 * BINS
    assert response_times.from_bytes(stored).tolist() == counts.tolist()
    assert stored[:4] == int(counts[0]).to_bytes(4, "little")


def test_a_restored_histogram_can_be_added_to():
    counts = response_times.from_bytes(histogram_of([1.0]).tobytes())

    response_times.add(counts, np.array([2.0]))

    assert counts.sum() == 2


def test_no_bytes_are_no_times():
    assert response_times.from_bytes(b"").tolist() == response_times.empty().tolist() == [0] * BINS


@pytest.mark.parametrize("stored", [b"\0", b"\0" * 4, b"\0" * (4 * BINS + 4)])
def test_other_bytes_are_refused(stored: bytes):
    with pytest.raises(ValueError, match="histogram"):
        response_times.from_bytes(stored)


def histogram_of(seconds: list[float]) -> response_times.Counts:
    counts = response_times.empty()
    response_times.add(counts, np.array(seconds, dtype=np.float64))
    return counts
