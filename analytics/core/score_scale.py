"""The scale of a score: its lowest and highest value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_PATTERN = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


class Scale(NamedTuple):
    """A scale from `low` (no answer right) to `high` (all answers right)."""

    low: int
    high: int

    def is_valid_target(self, score: float) -> bool:
        """Return whether a score is above the lowest and at most the highest score."""
        return self.low < score <= self.high

    @property
    def width(self) -> int:
        """Number of points between the lowest and the highest score."""
        return self.high - self.low

    @classmethod
    def parse(cls, text: str) -> Scale:
        """Parse a scale such as ``200-800``.

        Raises
        ------
        ValueError : not two whole numbers, the lower one first.
        """
        match = _PATTERN.fullmatch(text)
        if match is None or not int(match[1]) < int(match[2]):
            raise ValueError(f"a scale must have the form 200-800, not {text!r}")
        return cls(int(match[1]), int(match[2]))


def total_scale(scales: Iterable[Scale]) -> Scale:
    """Return the scale of the sum of scores; without scales its width is 0."""
    all_scales = [*scales]
    return Scale(sum(scale.low for scale in all_scales), sum(scale.high for scale in all_scales))
