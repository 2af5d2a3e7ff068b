"""220,070 real answers: the ASSISTments 2009-10 skill builder (Feng, Heffernan & Koedinger 2009).

Research data, and not part of this repository: looked for in `$LEARNTRACE_DATA`, else in
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
HOME = Path(__file__).resolve().parents[3] / "shared" / "data"


class Answers(NamedTuple):
    """Columns of shape (answers,), each learner's in order; the score is 0 or 1."""

    learner: IntArray
    skill: IntArray
    item: IntArray
    score: FloatArray

    def of(self, chosen: BoolArray) -> Answers:
        """Return some of them."""
        learner, skill, item, score = self
        return Answers(learner[chosen], skill[chosen], item[chosen], score[chosen])

    @property
    def skills(self) -> int:
        """How many skills there are, with the unpractised."""
        return int(self.skill.max()) + 1


def load() -> Answers:
    """Read the answers.

    Raises
    ------
    SystemExit : they are not where they are looked for.
    """
    path = Path(os.environ.get("LEARNTRACE_DATA", HOME)) / NAME
    if not path.exists():
        raise SystemExit(f"{path} is not there: set LEARNTRACE_DATA to the directory it is in.")
    with gzip.open(path, "rt") as lines:
        columns = np.loadtxt(lines, delimiter=",", skiprows=1, dtype=np.int64, unpack=True)
    learner, skill, item, score, _order = columns
    return Answers(learner, skill, item, score.astype(np.float64))
