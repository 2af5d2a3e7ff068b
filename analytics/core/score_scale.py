"""The scale of a score: from the lowest there is to the highest."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SPELLED = re.compile(r"(\d{1,6})-(\d{1,6})")


class Scale(NamedTuple):
    """Scores from `low`, where no answer is right, to `high`, where every one is."""

    low: int
    high: int

    def is_valid_target(self, score: float) -> bool:
        """Tell whether a score is above the lowest, which everybody has, and can be reached."""
        return self.low < score <= self.high

    @property
    def width(self) -> int:
        """How many points lie between them."""
        return self.high - self.low

    @classmethod
    def parse(cls, text: str) -> Scale:
        """Read a scale such as ``200-800``.

        Raises
        ------
        ValueError : not two whole numbers, the lower first.
        """
        spelled = _SPELLED.fullmatch(text)
        if spelled is None or not int(spelled[1]) < int(spelled[2]):
            raise ValueError(f"a scale reads like 200-800, not {text!r}")
        return cls(int(spelled[1]), int(spelled[2]))


def total_scale(scales: Iterable[Scale]) -> Scale:
    """Return the scale of the sum of some scores; of none it has no width."""
    every = [*scales]
    return Scale(sum(scale.low for scale in every), sum(scale.high for scale in every))
