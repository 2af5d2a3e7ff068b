"""220,070 real answers: the ASSISTments 2009-10 skill builder (Feng, Heffernan & Koedinger 2009).

Research data that is not part of this repository; it is read from `$LEARNTRACE_DATA`, else from
`../shared/data`.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray

NAME = "assist09_visible.csv.gz"
DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"


class Answers(NamedTuple):
    """Columns of shape (answers,), in each learner's order; the score is 0 or 1."""

    learner: IntArray
    skill: IntArray
    item: IntArray
    score: FloatArray

    def select(self, chosen: BoolArray) -> Answers:
        """Return the chosen answers."""
        learner, skill, item, score = self
        return Answers(learner[chosen], skill[chosen], item[chosen], score[chosen])

    @property
    def skills(self) -> int:
        """Number of skills, including those without answers."""
        return int(self.skill.max()) + 1


def load() -> Answers:
    """Read the answers.

    Raises
    ------
    SystemExit : the file does not exist.
    """
    path = Path(os.environ.get("LEARNTRACE_DATA", DEFAULT_FOLDER)) / NAME
    if not path.exists():
        raise SystemExit(f"{path} does not exist: set LEARNTRACE_DATA to its directory.")
    with gzip.open(path, "rt") as lines:
        columns = np.loadtxt(lines, delimiter=",", skiprows=1, dtype=np.int64, unpack=True)
    learner, skill, item, score, _order = columns
    return Answers(learner, skill, item, score.astype(np.float64))
