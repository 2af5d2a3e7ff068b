"""Replaying real answers through the answer-tracking API, one by one or in bulk."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock
from urllib.parse import quote

import numpy as np

from benchmarks.client import Api
from benchmarks.rows import Row
from benchmarks.science.scoring import auc, calibration_error, log_loss

SECONDS = 20
IN_BULK = 1000


class PredictionScore:
    """What the server predicted before each answer, and how the answer was."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pairs: list[tuple[float, int]] = []

    def add(self, predicted: float, correct: int) -> None:
        """Keep one."""
        with self.lock:
            self.pairs.append((predicted, correct))

    def __str__(self) -> str:
        predicted, score = np.array(self.pairs, dtype=np.float64).T
        return (
            f"p_correct of {len(self.pairs)} answers: AUC {auc(predicted, score):.4f},"
            f" log loss {log_loss(predicted, score):.4f},"
            f" calibration error {calibration_error(predicted, score):.4f}"
        )


def body_of(name: str, place: int, row: Row) -> dict[str, object]:
    """Return a row as the API takes it; its place with its learner names it for good."""
    return {
        "user_id": name,
        "skill_id": row.skill,
        "item_id": row.item,
        "is_correct": bool(row.correct),
        "time_spent_seconds": SECONDS,
        "event_id": f"{name}/{place}",
    }


def track_learner(
    api: Api, name: str, rows: list[Row], done: Callable[[], object], foretold: PredictionScore
) -> None:
    """Send one learner's answers in order, each by itself."""
    for place, row in enumerate(rows):
        told = api.call("answer", "POST", "/api/v1/track-answer", body_of(name, place, row))
        if told is not None:
            foretold.add(told["data"]["p_correct"], row.correct)
        done()


def track_many(api: Api, learners: Mapping[str, list[Row]], done: Callable[[], object]) -> None:
    """Send some learners' answers in order, many at a time; the learners take turns."""
    for batch in batches(turns(learners), IN_BULK):
        told = api.call("bulk", "POST", "/api/v1/track-answers", batch)
        if told is not None:
            data = told["data"]
            for word in ("accepted", "duplicates", "rejected"):
                api.tally.counts[word] += data[word]
            if data["rejected"]:
                api.tally.fail(str(told["results"][:1]))
        for _answer in batch:
            done()


def turns(learners: Mapping[str, list[Row]]) -> Iterator[dict[str, object]]:
    """Yield everybody's first answer, then everybody's second, and so on."""
    for place in range(max(map(len, learners.values()), default=0)):
        for name, rows in learners.items():
            if place < len(rows):
                yield body_of(name, place, rows[place])


def batches(bodies: Iterable[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    """Cut into lists of at most so many."""
    rest = iter(bodies)
    yield from iter(lambda: list(itertools.islice(rest, size)), [])


def check_tracked(api: Api, name: str, rows: list[Row], done: Callable[[], object]) -> None:
    """Compare the counts the API tells of one learner with the file."""
    told = api.call("mastery", "GET", f"/api/v1/mastery/{quote(name, safe='')}") or {"data": []}
    found = {row["skill_id"]: (row["attempts"], row["correct"]) for row in told["data"]}
    answers, right = Counter[str](), Counter[str]()
    for row in rows:
        answers[row.skill] += 1
        right[row.skill] += row.correct
        done()
    meant = {skill: (count, right[skill]) for skill, count in answers.items()}
    if found != meant:
        api.tally.fail(f"{name}: {found}, in the file {meant}")
