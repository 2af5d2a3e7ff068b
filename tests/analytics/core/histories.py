"""Random review histories, replayed by the `fsrs` package and by `analytics.core`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from fsrs import Card, Rating, Scheduler

from analytics.core.memory import DAY, Grade, Memory, review

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Days between reviews: minutes, about a day, weeks, years.
DEFAULT_GAPS = (0.01, 1.0, 10.0, 300.0)
EDGES = (0, DAY - 1, DAY, DAY + 1, 2 * DAY - 1, 2 * DAY)

History = list[tuple[int, Grade]]
STEPLESS = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def histories(count: int, seed: int, *, longest: int = 12) -> list[History]:
    """Return `count` histories: time (microseconds since 1970) and grade of each review."""
    rng = np.random.default_rng(seed)
    return [_draw_history(rng, int(rng.integers(1, longest, endpoint=True))) for _ in range(count)]


def _draw_history(rng: np.random.Generator, reviews: int) -> History:
    drawn = (rng.exponential(rng.choice(DEFAULT_GAPS, reviews)) * DAY).astype(np.int64)
    gaps = np.where(rng.random(reviews) < 0.2, rng.choice(EDGES, reviews), drawn)
    times = (START - EPOCH) // MICROSECOND + np.cumsum(gaps)
    grades = rng.choice([1, 2, 3, 4], reviews, p=[0.25, 0.15, 0.45, 0.15])
    return [(at, Grade(grade)) for at, grade in zip(times.tolist(), grades.tolist(), strict=True)]


def by_package(history: Sequence[tuple[int, Grade]], scheduler: Scheduler) -> list[Card]:
    """Return the card of the `fsrs` package after each review."""
    card, cards = Card(card_id=1), []
    for at, grade in history:
        when = EPOCH + at * MICROSECOND
        card, _log = scheduler.review_card(card, Rating(grade), when)
        cards.append(card)
    return cards


def followed(history: Sequence[tuple[int, Grade]]) -> list[Memory]:
    """Return the memory of `analytics.core` after each review."""
    memory, memories = None, []
    for at, grade in history:
        memory = review(memory, grade, at)
        memories.append(memory)
    return memories
