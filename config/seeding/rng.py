"""Reproducible random values: the same seed gives the same installation, including its keys."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")

_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


class Chance(random.Random):
    """A random generator with keys, probabilities and durations for simulated records."""

    def key(self, at: datetime) -> UUID:
        """Return a UUIDv7 with this time, as if the row had been created then."""
        milliseconds = int(at.timestamp() * 1000)
        return UUID(
            int=milliseconds << 80
            | _VERSION_7
            | self.getrandbits(12) << 64
            | _VARIANT
            | self.getrandbits(62)
        )

    def happens(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random() < probability

    def seconds(self, low: float, high: float) -> float:
        """Return a random duration in tenths of a second, as clients send it."""
        return round(self.uniform(low, high), 1)


class Weighted(Generic[T]):
    """A weighted random choice."""

    def __init__(self, things: Sequence[T], weights: Iterable[float]) -> None:
        self.things = things
        self.cumulative = list(accumulate(weights))

    def pick(self, chance: Chance) -> T:
        """Return a random element; its probability is proportional to its weight."""
        return chance.choices(self.things, cum_weights=self.cumulative)[0]


def zipf(count: int) -> list[float]:
    """Return weights that decrease with the rank (Zipf's law), as the popularity of contents."""
    return [1 / rank for rank in range(1, count + 1)]
