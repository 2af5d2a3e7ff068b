"""SM-2 (Wozniak 1990), the common schedule before models of memory, for comparison.

The first interval is a day, the second six days; each later one is the ease times the one before.
A failure restarts the intervals and does not change the ease. Grades become SM-2's 0 to 5:
1 incorrect, 3 hard, 4 correct, 5 easy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.logistic import FloatArray, IntArray

FIRST_EASE, MIN_EASE = 2.5, 1.3
QUALITY = np.array([0, 1, 3, 4, 5])  # of grades 1 to 4


class Schedules(NamedTuple):
    """Schedules of many items, shapes (items,): successes in a row, ease, interval in days."""

    successes: IntArray
    ease: FloatArray
    interval: FloatArray

    @classmethod
    def blank(cls, count: int) -> Schedules:
        """Return the schedules of items that were never reviewed."""
        return cls(np.zeros(count, np.int64), np.full(count, FIRST_EASE), np.zeros(count))

    def review(self, rows: IntArray, grade: IntArray) -> None:
        """Update these rows by one review each; no row may occur twice."""
        quality, ease = QUALITY[grade], self.ease[rows]
        is_right = quality >= 3
        missing = 5 - quality
        eased = np.maximum(MIN_EASE, ease + 0.1 - missing * (0.08 + missing * 0.02))
        ease = np.where(is_right, eased, ease)
        successes = np.where(is_right, self.successes[rows] + 1, 0)
        grown = np.ceil(self.interval[rows] * ease)
        self.interval[rows] = np.select([successes <= 1, successes == 2], [1.0, 6.0], grown)
        self.successes[rows], self.ease[rows] = successes, ease
