"""Replay real answers through the answer-tracking API, one by one or in bulk."""

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
BULK_BATCH_SIZE = 1000


class PredictionScore:
    """The server's prediction before each answer, and the correctness of the answer."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pairs: list[tuple[float, int]] = []

    def add(self, predicted: float, correct: int) -> None:
        """Add one prediction and the correctness of its answer."""
        with self.lock:
            self.pairs.append((predicted, correct))

    def __str__(self) -> str:
        predicted, score = np.array(self.pairs, dtype=np.float64).T
        return (
            f"p_correct of {len(self.pairs)} answers: AUC {auc(predicted, score):.4f},"
            f" log loss {log_loss(predicted, score):.4f},"
            f" calibration error {calibration_error(predicted, score):.4f}"
        )


def build_body(name: str, position: int, row: Row) -> dict[str, object]:
    """Return a row as a request body; name and position make up the event's id."""
    return {
        "user_id": name,
        "skill_id": row.skill,
        "item_id": row.item,
        "is_correct": bool(row.correct),
        "time_spent_seconds": SECONDS,
        "event_id": f"{name}/{position}",
    }


def track_learner(
    api: Api,
    name: str,
    rows: list[Row],
    advance: Callable[[], object],
    prediction_score: PredictionScore,
) -> None:
    """Send one learner's answers in order, one by one."""
    for position, row in enumerate(rows):
        response = api.call(
            "answer", "POST", "/api/v1/track-answer", build_body(name, position, row)
        )
        if response is not None:
            prediction_score.add(response["data"]["p_correct"], row.correct)
        advance()


def track_in_bulk(
    api: Api, learners: Mapping[str, list[Row]], advance: Callable[[], object]
) -> None:
    """Send the answers of several learners in batches; the learners take turns."""
    for batch in batches(take_turns(learners), BULK_BATCH_SIZE):
        response = api.call("bulk", "POST", "/api/v1/track-answers", batch)
        if response is not None:
            data = response["data"]
            for word in ("accepted", "duplicates", "rejected"):
                api.tally.counts[word] += data[word]
            if data["rejected"]:
                api.tally.fail(str(response["results"][:1]))
        for _answer in batch:
            advance()


def take_turns(learners: Mapping[str, list[Row]]) -> Iterator[dict[str, object]]:
    """Yield every learner's first answer, then every learner's second answer, and so on."""
    for position in range(max(map(len, learners.values()), default=0)):
        for name, rows in learners.items():
            if position < len(rows):
                yield build_body(name, position, rows[position])


def batches(bodies: Iterable[dict[str, object]], size: int) -> Iterator[list[dict[str, object]]]:
    """Split bodies into lists of at most `size`."""
    remaining = iter(bodies)
    yield from iter(lambda: list(itertools.islice(remaining, size)), [])


def check_tracked(api: Api, name: str, rows: list[Row], advance: Callable[[], object]) -> None:
    """Compare the counts that the API returns for one learner with the file."""
    response = api.call("mastery", "GET", f"/api/v1/mastery/{quote(name, safe='')}") or {"data": []}
    actual = {row["skill_id"]: (row["attempts"], row["correct"]) for row in response["data"]}
    answers, right = Counter[str](), Counter[str]()
    for row in rows:
        answers[row.skill] += 1
        right[row.skill] += row.correct
        advance()
    expected = {skill: (count, right[skill]) for skill, count in answers.items()}
    if actual != expected:
        api.tally.fail(f"{name}: {actual}, in the file {expected}")
