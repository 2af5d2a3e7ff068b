"""Mastery models: rules that decide when a try at an exercise or quiz is complete.

These are Kolibri's models (contract 1.6), as pure functions of the scores of a try's attempts in
the order in which they first arrived. A score is correctness in [0, 1]. A hinted attempt scores
0, and an attempt with nothing but errors has no score.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Any

MAX_N = 1000
DEFAULT_PAST_ATTEMPTS = 10
CORRECT = 1.0


class MasteryType(StrEnum):
    """The mastery models, named as in the API."""

    M_OF_N = "m_of_n"
    IN_A_ROW_2 = "num_correct_in_a_row_2"
    IN_A_ROW_3 = "num_correct_in_a_row_3"
    IN_A_ROW_5 = "num_correct_in_a_row_5"
    IN_A_ROW_10 = "num_correct_in_a_row_10"
    DO_ALL = "do_all"
    QUIZ = "quiz"


IN_A_ROW = {
    MasteryType.IN_A_ROW_2: 2,
    MasteryType.IN_A_ROW_3: 3,
    MasteryType.IN_A_ROW_5: 5,
    MasteryType.IN_A_ROW_10: 10,
}


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """Rule that completes a try.

    Attributes
    ----------
    required : correct answers needed within the window; 0 if only the client can decide.
    window : how many of the newest attempts count; 0 if none do.

    Raises
    ------
    ValueError : not 0 <= required <= window <= 1,000.
    """

    type: MasteryType
    required: int = 0
    window: int = 0

    def __post_init__(self) -> None:
        """Refuse a criterion that cannot be met."""
        if not 0 <= self.required <= self.window <= MAX_N:
            raise ValueError(f"a criterion of {self.required} of {self.window} cannot be met")

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Criterion:
        """Return the criterion of a stored mastery model: ``{"type": "m_of_n", "m": 3, "n": 5}``.

        Raises
        ------
        ValueError : unknown type, or m and n not integers with 1 <= m <= n <= 1,000.
        """
        kind = MasteryType(model["type"])
        if kind in IN_A_ROW:
            return cls(type=kind, required=IN_A_ROW[kind], window=IN_A_ROW[kind])
        if kind is not MasteryType.M_OF_N:
            return cls(type=kind)
        m, n = model.get("m"), model.get("n")
        if not (isinstance(m, int) and isinstance(n, int) and m >= 1):
            raise ValueError("m_of_n needs integers 1 <= m <= n")
        return cls(type=kind, required=m, window=n)

    @property
    def is_quiz(self) -> bool:
        """True if the try is submitted as a whole instead of mastered step by step."""
        return self.type is MasteryType.QUIZ

    @property
    def past_attempts(self) -> int | None:
        """Number of past attempts a client needs to apply the criterion; None for all."""
        if self.is_quiz:
            return None
        return self.window or DEFAULT_PAST_ATTEMPTS

    @property
    def is_in_a_row(self) -> bool:
        """True if all of the newest attempts must be right."""
        return 0 < self.required == self.window

    def reached(self, scores: Sequence[float]) -> int:
        """Return how many of the required right answers there are now, from 0 to `required`.

        Parameters
        ----------
        scores : as in `met`, oldest first. For a criterion in a row, only right answers after the
            last wrong one count.
        """
        newest = list(reversed(scores))[: self.window]
        if self.is_in_a_row:
            newest = list(takewhile(lambda score: score == CORRECT, newest))
        return min(sum(score == CORRECT for score in newest), self.required)

    def met(self, scores: Sequence[float]) -> bool:
        """Return whether these scores complete the try.

        Parameters
        ----------
        scores : shape (attempts,), each in [0, 1], oldest first; only the last `window`
            count. Empty: not met.

        Raises
        ------
        ValueError : a score is outside [0, 1] (NaN included).
        """
        if any(not 0 <= score <= 1 for score in scores):
            raise ValueError("scores lie in [0, 1]")
        if not self.required:
            return False
        return sum(score == CORRECT for score in scores[-self.window :]) >= self.required

    def all_done(self, items: Collection[str], done: Collection[str]) -> bool:
        """Return whether the completed items complete the try.

        Parameters
        ----------
        items : the items that the catalogue lists for the content. Empty: none are listed, not met.
        done : the items with a complete attempt in the try.
        """
        return self.type is MasteryType.DO_ALL and bool(items) and set(done).issuperset(items)
