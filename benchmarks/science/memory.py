"""FSRS-6 beside its package, and how well it foresees real reviews; `learning-science` 5.

    python -m benchmarks.science.memory

Agreement and speed are those of random histories. Predicted are the reviews at least a day after
the item's previous one (`benchmarks.science.anki`), each from what came before it alone, with
default weights; the calibration learns online. Beside it are the models of
`benchmarks.science.baselines`. RMSE(bins) is over twenty bins of the probability foreseen, of equal
width, each bin weighing as many reviews as it has.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from time import process_time

import numpy as np

from analytics.core.calibration import UNCALIBRATED, calibrate, update
from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY, Memories, review_many
from analytics.core.review_batch import Reviews, replay_reviews
from benchmarks.science.anki import load, succeeded
from benchmarks.science.baselines import by_half_life, by_sm2, days_between, running_mean
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show
from tests.analytics.core.histories import STEPLESS, History, by_package, followed, histories

SEED, HISTORIES, LONGEST = 20_260_302, 3_000, 12
TINY, MAX_DIFFERENCE, MIN_RATIO = 1e-12, 1e-9, 50.0
MAX_LOG_LOSS, MIN_AUC = 0.414, 0.65
BINS = 20
MIN_PROBABILITY = 1e-4  # that is foreseen, and the most is as near to 1


def beside_package() -> Iterator[Row]:
    """Compare with the `fsrs` package, review by review."""
    given = histories(HISTORIES, SEED, longest=LONGEST)
    count = sum(map(len, given))
    yield Row("reviews compared", count)
    began = process_time()
    cards = [card for history in given for card in by_package(history, STEPLESS)]
    theirs = (process_time() - began) / count
    began = process_time()
    memories = [memory for history in given for memory in followed(history)]
    ours = (process_time() - began) / count
    package = np.array([(card.stability, card.difficulty) for card in cards], dtype=np.float64)
    apart = _apart(np.array(memories)[:, :2], package)
    yield at_most("greatest difference one by one, in 1e-12", apart, MAX_DIFFERENCE / TINY)
    last = package[np.cumsum([len(history) for history in given]) - 1]
    apart = _apart(_remembered(given), last)
    yield at_most("greatest difference in a batch, in 1e-12", apart, MAX_DIFFERENCE / TINY)
    yield at_least("times as fast as the package, in a batch", theirs / _in_batch(), MIN_RATIO)
    yield Row("times as fast as the package, one by one", theirs / ours)


def _apart(ours: FloatArray, package: FloatArray) -> float:
    """Return the greatest difference of S or D in 1e-12, above 1 relative to the value."""
    return float((np.abs(ours - package) / np.maximum(1.0, package)).max()) / TINY


def _remembered(given: list[History]) -> FloatArray:
    """Return S and D of each history's end, all histories taken at once."""
    memory = np.repeat(np.arange(len(given)), [len(history) for history in given])
    at, grade = np.array([review for history in given for review in history]).T
    told = replay_reviews(Reviews(learner=memory, memory=memory, grade=grade, at=at))
    return np.column_stack(told.memories[:2])


def _in_batch(memories: int = 5_000, reviews: int = 20) -> float:
    """Return the seconds a review takes among many, the quickest of some times."""
    rng = np.random.default_rng(SEED)
    grades = rng.integers(1, 4, (reviews, memories), endpoint=True)
    times = np.cumsum(rng.integers(0, 20 * DAY, (reviews, memories)), axis=0)
    took = []
    for _ in range(10):
        began, known = process_time(), Memories.blank(memories)
        for grade, at in zip(grades, times, strict=True):
            known = review_many(known, grade, at)
        took.append(process_time() - began)
    return min(took) / (memories * reviews)


def rows(reviews: Reviews) -> Iterator[Row]:
    """Judge what is foreseen of real reviews."""
    score, recall = succeeded(reviews), replay_reviews(reviews).recall
    told = np.flatnonzero(days_between(reviews) >= 1.0)
    right = score[told]
    yield Row("reviews foreseen", len(told))
    ours = _calibrated(recall[told].tolist(), right.tolist())
    yield at_most("FSRS-6 calibrated: log loss", log_loss(ours, right), MAX_LOG_LOSS)
    yield at_least("FSRS-6 calibrated: AUC", auc(ours, right), MIN_AUC)
    yield from list(_judged("FSRS-6 calibrated", ours, right))[2:]
    yield from _judged("FSRS-6", recall[told], right)
    yield from _judged("SM-2", by_sm2(reviews)[told], right)
    yield from _judged("half-life regression", by_half_life(reviews)[told], right)
    yield from _judged("running mean", running_mean(right), right)


def _judged(name: str, chance: FloatArray, right: FloatArray) -> Iterator[Row]:
    chance = np.clip(chance, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
    yield Row(f"{name}: log loss", log_loss(chance, right))
    yield Row(f"{name}: AUC", auc(chance, right))
    yield Row(f"{name}: RMSE(bins)", rmse(chance, right))
    yield Row(f"{name}: calibration error", calibration_error(chance, right))


def rmse(chance: FloatArray, right: FloatArray) -> float:
    """Return the root mean square, over bins, of how far the foreseen is from what came."""
    of_bin = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    gap, count = np.bincount(of_bin, chance - right, BINS), np.bincount(of_bin, minlength=BINS)
    return float(np.sqrt(np.sum(gap * gap / np.maximum(count, 1)) / len(right)))


def _calibrated(recall: Sequence[float], right: Sequence[float]) -> FloatArray:
    """Return what is served before each review, learning from each one after."""
    calibration, served = UNCALIBRATED, []
    for r, score in zip(recall, right, strict=True):
        served.append(calibrate(r, calibration))
        calibration = update(calibration, r, score)
    return np.array(served)


if __name__ == "__main__":
    is_met = show(beside_package())
    sys.exit(not (show(rows(load())) and is_met))
