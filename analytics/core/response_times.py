"""How long answers take: a histogram of fixed size, and its median (learning-science 4).

Bins are even on a logarithmic scale, since times are spread over orders of magnitude; one holds
times within 7 % of each other, so the median is off by less. Histograms add up: in whatever order
and batches times come, the counts are the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.core.logistic import FloatArray

MIN_SECONDS = 0.5
MAX_SECONDS = 7200.0
BINS = 144
MIN_COUNT = 5  # times a median is worth telling of

_COUNT = np.dtype("<u4")
_LOG_SHORTEST = float(np.log(MIN_SECONDS))
_WIDTH = (float(np.log(MAX_SECONDS)) - _LOG_SHORTEST) / BINS

Counts = NDArray[np.uint32]


def empty() -> Counts:
    """Return a histogram of no times: zeros of shape (BINS,)."""
    return np.zeros(BINS, dtype=_COUNT)


def from_bytes(stored: bytes) -> Counts:
    """Return a histogram from its little-endian bytes (`tobytes`); of no bytes, an empty one.

    Raises
    ------
    ValueError : not a histogram's size.
    """
    if not stored:
        return empty()
    if len(stored) != BINS * _COUNT.itemsize:
        raise ValueError(f"a histogram has {BINS} counts")
    return np.frombuffer(stored, dtype=_COUNT).copy()


def add(counts: Counts, seconds: FloatArray) -> None:
    """Count times, in place.

    Parameters
    ----------
    seconds : shape (answers,), >= 0; what is shorter or longer than all bins goes to the outer
        ones, NaN is not counted.

    Raises
    ------
    ValueError : a time is negative.
    """
    known = seconds[~np.isnan(seconds)]
    if (known < 0).any():
        raise ValueError("times are not negative")
    place = (np.log(np.clip(known, MIN_SECONDS, MAX_SECONDS)) - _LOG_SHORTEST) / _WIDTH
    bins = np.minimum(place.astype(np.int64), BINS - 1)
    counts += np.bincount(bins, minlength=BINS).astype(_COUNT)


def median(counts: Counts) -> float | None:
    """Return the median in seconds, interpolated within its bin; None of fewer than MIN_COUNT."""
    total = int(counts.sum())
    if total < MIN_COUNT:
        return None
    reached = np.cumsum(counts, dtype=np.int64)
    half = total / 2
    place = int(np.searchsorted(reached, half))
    before = int(reached[place]) - int(counts[place])
    within = (half - before) / int(counts[place])
    return float(np.exp(_LOG_SHORTEST + (place + within) * _WIDTH))
