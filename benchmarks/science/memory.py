"""Compare FSRS-6 with its package, and measure its predictions of reviews; `learning-science` 5.

    python -m benchmarks.science.memory

Agreement and speed are measured on random histories. Predicted are the reviews at least a day
after the item's previous one (`benchmarks.science.anki`), each from earlier reviews alone, with
default weights; the recall model learns online. The models of `benchmarks.science.baselines` are
measured for comparison. RMSE(bins) is over twenty bins of the predicted probability, of equal
width, each bin weighted by its number of reviews.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import process_time

import numpy as np

from analytics.core.logistic import FloatArray
from analytics.core.memory import DAY, Memories, review_many
from analytics.core.review_batch import Reviews, replay_reviews
from benchmarks.science.anki import load, succeeded
from benchmarks.science.baselines import by_half_life, by_sm2, days_between, running_mean
from benchmarks.science.scoring import auc, calibration_error, log_loss
from benchmarks.science.table import Row, at_least, at_most, show
from tests.analytics.core.histories import STEPLESS, History, by_package, followed, histories

SEED, HISTORIES, MAX_LENGTH = 20_260_302, 3_000, 12
TINY, MAX_DIFFERENCE, MIN_RATIO = 1e-12, 1e-9, 50.0
MAX_LOG_LOSS, MIN_AUC = 0.411, 0.658
BINS = 20
MIN_PROBABILITY = 1e-4  # of predictions; the maximum is as near to 1


def compare_with_package() -> Iterator[Row]:
    """Compare with the `fsrs` package, review by review."""
    sample = histories(HISTORIES, SEED, longest=MAX_LENGTH)
    count = sum(map(len, sample))
    yield Row("reviews compared", count)
    started = process_time()
    cards = [card for history in sample for card in by_package(history, STEPLESS)]
    package_seconds = (process_time() - started) / count
    started = process_time()
    memories = [memory for history in sample for memory in followed(history)]
    our_seconds = (process_time() - started) / count
    package = np.array([(card.stability, card.difficulty) for card in cards], dtype=np.float64)
    difference = _max_difference(np.array(memories)[:, :2], package)
    yield at_most("greatest difference one by one, in 1e-12", difference, MAX_DIFFERENCE / TINY)
    last = package[np.cumsum([len(history) for history in sample]) - 1]
    difference = _max_difference(_replay_in_batch(sample), last)
    yield at_most("greatest difference in a batch, in 1e-12", difference, MAX_DIFFERENCE / TINY)
    yield at_least(
        "times as fast as the package, in a batch", package_seconds / _batch_seconds(), MIN_RATIO
    )
    yield Row("times as fast as the package, one by one", package_seconds / our_seconds)


def _max_difference(ours: FloatArray, package: FloatArray) -> float:
    """Return the greatest difference of S or D in 1e-12; above 1, relative to the value."""
    return float((np.abs(ours - package) / np.maximum(1.0, package)).max()) / TINY


def _replay_in_batch(sample: list[History]) -> FloatArray:
    """Return S and D at the end of each history, with all histories in one batch."""
    memory = np.repeat(np.arange(len(sample)), [len(history) for history in sample])
    at, grade = np.array([review for history in sample for review in history]).T
    seconds = np.full(len(at), np.nan)
    replayed = replay_reviews(
        Reviews(learner=memory, memory=memory, grade=grade, at=at, seconds=seconds)
    )
    return np.column_stack(replayed.memories[:2])


def _batch_seconds(memories: int = 5_000, reviews: int = 20) -> float:
    """Return the seconds per review in a batch, the fastest of some runs."""
    rng = np.random.default_rng(SEED)
    grades = rng.integers(1, 4, (reviews, memories), endpoint=True)
    times = np.cumsum(rng.integers(0, 20 * DAY, (reviews, memories)), axis=0)
    durations = []
    for _ in range(10):
        started, state = process_time(), Memories.blank(memories)
        for grade, at in zip(grades, times, strict=True):
            state = review_many(state, grade, at)
        durations.append(process_time() - started)
    return min(durations) / (memories * reviews)


def rows(reviews: Reviews) -> Iterator[Row]:
    """Measure the predictions of real reviews."""
    score, replayed = succeeded(reviews), replay_reviews(reviews)
    chosen = np.flatnonzero(days_between(reviews) >= 1.0)
    right = score[chosen]
    yield Row("reviews predicted", len(chosen))
    served = replayed.served[chosen]
    yield at_most("served recall: log loss", log_loss(served, right), MAX_LOG_LOSS)
    yield at_least("served recall: AUC", auc(served, right), MIN_AUC)
    yield from list(_prediction_rows("served recall", served, right))[2:]
    yield from _prediction_rows("FSRS-6", replayed.recall[chosen], right)
    yield from _prediction_rows("SM-2", by_sm2(reviews)[chosen], right)
    yield from _prediction_rows("half-life regression", by_half_life(reviews)[chosen], right)
    yield from _prediction_rows("running mean", running_mean(right), right)


def _prediction_rows(name: str, probability: FloatArray, right: FloatArray) -> Iterator[Row]:
    probability = np.clip(probability, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
    yield Row(f"{name}: log loss", log_loss(probability, right))
    yield Row(f"{name}: AUC", auc(probability, right))
    yield Row(f"{name}: RMSE(bins)", rmse(probability, right))
    yield Row(f"{name}: calibration error", calibration_error(probability, right))


def rmse(probability: FloatArray, right: FloatArray) -> float:
    """Return the root mean square, over bins, of predicted minus observed."""
    of_bin = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    gap, count = np.bincount(of_bin, probability - right, BINS), np.bincount(of_bin, minlength=BINS)
    return float(np.sqrt(np.sum(gap * gap / np.maximum(count, 1)) / len(right)))


if __name__ == "__main__":
    is_met = show(compare_with_package())
    sys.exit(not (show(rows(load())) and is_met))
