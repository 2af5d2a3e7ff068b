"""A CSV file of real answers."""

from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One real answer."""

    user: str
    skill: str
    item: str
    correct: int


def read_answers(path: Path, limit: int | None) -> dict[str, list[Row]]:
    """Read a file's answers by learner; at most `limit` answers."""
    answers: dict[str, list[Row]] = {}
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", newline="") as file:
        for line in itertools.islice(csv.DictReader(file), limit):
            row = Row(line["user"], line["skill"], line["item"], int(line["correct"]))
            answers.setdefault(row.user, []).append(row)
    return answers
