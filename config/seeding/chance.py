"""Chance that repeats itself: the same seed makes the same installation, keys included."""

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
    """Random numbers, and the keys and skew that a made-up history needs."""

    def key(self, at: datetime) -> UUID:
        """Return a UUIDv7 of a moment, as if the row had been made then."""
        milliseconds = int(at.timestamp() * 1000)
        return UUID(
            int=milliseconds << 80
            | _VERSION_7
            | self.getrandbits(12) << 64
            | _VARIANT
            | self.getrandbits(62)
        )

    def happens(self, probability: float) -> bool:
        """Tell whether something of this probability happens."""
        return self.random() < probability

    def seconds(self, low: float, high: float) -> float:
        """Return a duration, to a tenth of a second as clients send it."""
        return round(self.uniform(low, high), 1)


class Weighted(Generic[T]):
    """Things of which some are picked far more often than others."""

    def __init__(self, things: Sequence[T], weights: Iterable[float]) -> None:
        self.things = things
        self.cumulative = list(accumulate(weights))

    def pick(self, chance: Chance) -> T:
        """Return one of them by its weight."""
        return chance.choices(self.things, cum_weights=self.cumulative)[0]


def zipf(count: int) -> list[float]:
    """Return weights that fall with the rank: the usual skew of what people choose."""
    return [1 / rank for rank in range(1, count + 1)]
