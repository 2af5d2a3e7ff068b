"""220,070 real answers: the ASSISTments 2009-10 skill builder (Feng, Heffernan & Koedinger 2009).

`load_timed` reads 90,586 answers of ASSISTments 2017, which have times. Both are research data that
is not part of this repository; they are read from `$LEARNTRACE_DATA`, else from `../shared/data`.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray

NAME, TIMED_NAME = "assist09_visible.csv.gz", "assist17_visible.csv.gz"
DAY = 86_400.0
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

    def of_some_learners(self, step: int) -> Answers:
        """Return the answers of one learner of so many."""
        return self.select(self.learner % step == 0)

    @property
    def skills(self) -> int:
        """Number of skills, including those without answers."""
        return int(self.skill.max()) + 1


class TimedAnswers(NamedTuple):
    """Answers, each learner's in order, and the day of each since any fixed day, with fraction."""

    answers: Answers
    day: FloatArray

    def of_some_learners(self, step: int) -> TimedAnswers:
        """Return the answers of one learner of so many."""
        chosen = self.answers.learner % step == 0
        return TimedAnswers(self.answers.select(chosen), self.day[chosen])


def load() -> Answers:
    """Read the answers; errors as for `load_timed`."""
    learner, skill, item, score, _order = _columns(NAME)
    return Answers(learner, skill, item, score.astype(np.float64))


def load_timed() -> TimedAnswers:
    """Read the answers with times, in order of time.

    Raises
    ------
    SystemExit : the file does not exist.
    """
    columns = _columns(TIMED_NAME)
    learner, skill, item, score, seconds, _order = columns[:, np.argsort(columns[4], kind="stable")]
    return TimedAnswers(Answers(learner, skill, item, score.astype(np.float64)), seconds / DAY)


def untimed(answers: Answers) -> TimedAnswers:
    """Return answers whose times are not known, as if all were given on one day."""
    return TimedAnswers(answers, np.zeros(len(answers.score)))


def _columns(name: str) -> IntArray:
    path = Path(os.environ.get("LEARNTRACE_DATA", DEFAULT_FOLDER)) / name
    if not path.exists():
        raise SystemExit(f"{path} does not exist: set LEARNTRACE_DATA to its directory.")
    with gzip.open(path, "rt") as lines:
        columns: IntArray = np.loadtxt(
            lines, delimiter=",", skiprows=1, dtype=np.int64, unpack=True
        )
    return columns
