"""6,759 real reviews of one learner's 1,060 flashcards over 118 days.

Research data that is not part of this repository; it is read from the same place as that of
`benchmarks.science.assistments`. Grades are 1 (forgotten) to 4 (easy); clients of LearnTrace have
no grade for easy, so 4 counts as 3.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.review_batch import Reviews
from benchmarks.science.assistments import DEFAULT_FOLDER

NAME = "anki_B_visible.csv.gz"
SECOND = 1_000_000  # microseconds
MAX_GRADE = 3
# item, seconds since the first review, grade, milliseconds of the review
COLUMNS = (1, 2, 3, 5)


def load() -> Reviews:
    """Read the reviews, as those of learner 0.

    Raises
    ------
    SystemExit : the file does not exist.
    """
    path = Path(os.environ.get("LEARNTRACE_DATA", DEFAULT_FOLDER)) / NAME
    if not path.exists():
        raise SystemExit(f"{path} does not exist: set LEARNTRACE_DATA to its directory.")
    with gzip.open(path, "rt") as lines:
        item, seconds, grade, millis = np.loadtxt(
            lines, delimiter=",", skiprows=1, dtype=np.int64, unpack=True, usecols=COLUMNS
        )
    return Reviews(
        learner=np.zeros(len(item), np.int64),
        memory=np.unique(item, return_inverse=True)[1],
        grade=np.minimum(grade, MAX_GRADE),
        at=seconds * SECOND,
        seconds=millis / 1000,
    )


def succeeded(reviews: Reviews) -> FloatArray:
    """Return 1 for each successful review and 0 for each other; hard is a success."""
    return (reviews.grade > 1).astype(np.float64)
