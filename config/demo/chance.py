"""Reproducible random values: the same seed gives the same answers."""

from __future__ import annotations

import random


class Chance(random.Random):
    """A random generator with probabilities and durations for simulated records."""

    def happens(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.random() < probability

    def seconds(self, low: float, high: float) -> float:
        """Return a random duration in tenths of a second, as clients send it."""
        return round(self.uniform(low, high), 1)
