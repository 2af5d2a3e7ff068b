"""Work through many groups of answers side by side: the n-th answers of all groups at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.core.logistic import IntArray


def places(group: IntArray) -> IntArray:
    """Return the number of earlier rows in the group of each row, shape (answers,).

    Parameters
    ----------
    group : shape (answers,), numbered from 0, the rows of each group in temporal order.
    """
    by_group = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    place = np.empty(len(group), dtype=np.int64)
    place[by_group] = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place


def steps(group: IntArray) -> Iterator[IntArray]:
    """Yield for each step the rows of the next answer of every group.

    Parameters
    ----------
    group : shape (answers,), numbered from 0, the rows of each group in temporal order.

    Yields
    ------
    Row numbers; each step has at most one row per group, and each row is in exactly one step.
    """
    place = places(group)
    by_step = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place))
    yield from np.split(by_step, ends[:-1]) if len(group) else ()
