"""6,759 real reviews of one learner's 1,060 flashcards over 118 days.

Research data, and not part of this repository: looked for where `benchmarks.science.assistments`
looks. Grades are 1 (forgotten) to 4 (easy); since our clients know no easy, 4 counts as 3.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.review_batch import Reviews
from benchmarks.science.assistments import HOME

NAME = "anki_B_visible.csv.gz"
SECOND = 1_000_000  # microseconds
MAX_GRADE = 3
COLUMNS = (1, 2, 3)  # item, seconds since the first review, grade


def load() -> Reviews:
    """Read the reviews, of learner 0.

    Raises
    ------
    SystemExit : they are not where they are looked for.
    """
    path = Path(os.environ.get("LEARNTRACE_DATA", HOME)) / NAME
    if not path.exists():
        raise SystemExit(f"{path} is not there: set LEARNTRACE_DATA to the directory it is in.")
    with gzip.open(path, "rt") as lines:
        item, seconds, grade = np.loadtxt(
            lines, delimiter=",", skiprows=1, dtype=np.int64, unpack=True, usecols=COLUMNS
        )
    return Reviews(
        learner=np.zeros(len(item), np.int64),
        memory=np.unique(item, return_inverse=True)[1],
        grade=np.minimum(grade, MAX_GRADE),
        at=seconds * SECOND,
    )


def succeeded(reviews: Reviews) -> FloatArray:
    """Return 1 where a review succeeded and 0 where it did not; hard is a success."""
    return (reviews.grade > 1).astype(np.float64)
