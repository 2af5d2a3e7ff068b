"""Response times: a histogram of fixed size, and its median (learning-science 4).

The bins are equally wide on a logarithmic scale, since response times span orders of magnitude.
The times of one bin are within 7 % of each other, which bounds the error of the median.
Histograms are additive: the counts do not depend on the order or the batches of the times.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.core.logistic import FloatArray

MIN_SECONDS = 0.5
MAX_SECONDS = 7200.0
BINS = 144
MIN_COUNT = 5  # fewer times give no median

_COUNT = np.dtype("<u4")
_LOG_SHORTEST = float(np.log(MIN_SECONDS))
_WIDTH = (float(np.log(MAX_SECONDS)) - _LOG_SHORTEST) / BINS

Counts = NDArray[np.uint32]


def empty() -> Counts:
    """Return an empty histogram: zeros of shape (BINS,)."""
    return np.zeros(BINS, dtype=_COUNT)


def from_bytes(stored: bytes) -> Counts:
    """Return a histogram from its little-endian bytes (`tobytes`); no bytes give an empty one.

    Raises
    ------
    ValueError : the length is not that of a histogram.
    """
    if not stored:
        return empty()
    if len(stored) != BINS * _COUNT.itemsize:
        raise ValueError(f"a histogram must have {BINS} counts")
    return np.frombuffer(stored, dtype=_COUNT).copy()


def add(counts: Counts, seconds: FloatArray) -> None:
    """Add times to the histogram, in place.

    Parameters
    ----------
    counts : shape (BINS,).
    seconds : shape (answers,), >= 0. Times outside the range of the bins count in the outermost
        ones; NaN is ignored.

    Raises
    ------
    ValueError : a time is negative.
    """
    known = seconds[~np.isnan(seconds)]
    if (known < 0).any():
        raise ValueError("times are not negative")
    position = (np.log(np.clip(known, MIN_SECONDS, MAX_SECONDS)) - _LOG_SHORTEST) / _WIDTH
    bins = np.minimum(position.astype(np.int64), BINS - 1)
    counts += np.bincount(bins, minlength=BINS).astype(_COUNT)


def median(counts: Counts) -> float | None:
    """Return the median in seconds, interpolated in its bin; None below MIN_COUNT times."""
    total = int(counts.sum())
    if total < MIN_COUNT:
        return None
    cumulative = np.cumsum(counts, dtype=np.int64)
    half = total / 2
    bin_index = int(np.searchsorted(cumulative, half))
    before = int(cumulative[bin_index]) - int(counts[bin_index])
    within = (half - before) / int(counts[bin_index])
    return float(np.exp(_LOG_SHORTEST + (bin_index + within) * _WIDTH))
