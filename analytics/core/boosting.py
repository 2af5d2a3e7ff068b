"""Gradient-boosted trees: the prediction of the next answer after a fit (learning-science 2).

`analytics.core.boosting_fit` fits them; this module evaluates them. Each tree has at most 32
leaves, numbered from left to right. The tests of all trees on one input are sorted by their
thresholds (`edges`), so an input fails the first ones up to its place among the edges. A failed
test excludes the leaves to its left; of the leaves that no failed test excludes, the leftmost is
the tree's (QuickScorer; Lucchese et al. 2015). For each input and place, `_excluded` has what
remains of all trees at once, so a prediction is one lookup per input.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.core import recent_results
from analytics.core.logistic import FloatArray, Number, sigmoid, sigmoids
from analytics.core.predictor import PredictorInputs

MAX_LEAVES = 32


class ItemResults(NamedTuple, Generic[Number]):
    """The number of answers to an item, and the share of right ones among them."""

    item_answers: Number
    item_share: Number

    @classmethod
    def of(cls, answers: Number, correct: Number) -> ItemResults[Number]:
        """Return the results of so many answers with this sum of scores."""
        share = (correct + 0.5 * _PRIOR_ANSWERS) / (answers + _PRIOR_ANSWERS)
        return cls(answers, share)


NO_RESULTS = ItemResults(0.0, 0.5)
# Inputs of the trees: those of the blend, the variance of the sum of all ability terms, all
# learners' results at the item, and the learner's recent results.
INPUTS = (
    *PredictorInputs.__annotations__, "variance", *ItemResults.__annotations__,
    *recent_results.INPUTS,
)  # fmt: skip
# The inputs that a right answer raises; the trees never fall in them.
RISING = {"tracing", "ability", "skill_ability", "kalman", *recent_results.RISING}

# Answers that count as half right at an item, beside those to it.
_PRIOR_ANSWERS = 4.0
_ALL = np.uint32(0xFFFFFFFF)
# Multiplied by 1 << i, its upper five bits are different for each i.
_DE_BRUIJN = np.uint32(0x077CB531)
_UPPER_FIVE = np.uint32(27)
_CHUNK = 1024

BitArray = NDArray[np.uint32]
SmallArray = NDArray[np.uint8]


class _Lookup(NamedTuple):
    """The tests on one input: its column, its edges, and the first row of `_remaining`."""

    column: int
    edges: list[float]
    first: int


@dataclass(frozen=True, eq=False)
class Trees:
    """Boosted trees.

    Attributes
    ----------
    edges : for each input, the thresholds of all tests on it, rising.
    column, edge : shape (tests,), the input of each test and the index of its threshold in `edges`;
        a value above the threshold fails the test.
    tree : shape (tests,), the tree that each test is part of.
    remaining : shape (tests,), one bit for each leaf that a failure does not exclude; the lowest
        bit is the leftmost leaf.
    leaves : shape (trees, 32), the log odds that each leaf adds.
    """

    edges: list[FloatArray]
    column: SmallArray
    edge: SmallArray
    tree: SmallArray
    remaining: BitArray
    leaves: FloatArray

    def predict(self, inputs: Sequence[float]) -> float:
        """Return the probability in [0, 1] that the answer is right.

        Parameters
        ----------
        inputs : `INPUTS`, finite.
        """
        rows = [first + bisect_left(edges, inputs[column]) for column, edges, first in self._lookup]
        remaining: BitArray = np.bitwise_and.reduce(self._remaining[rows], axis=0)
        return sigmoid(float(self._leaves.take(self._places(remaining)).sum()))

    def predictions(self, inputs: FloatArray) -> FloatArray:
        """Return `predict` of each row; inputs have shape (answers, inputs)."""
        log_odds = np.empty(len(inputs))
        for start in range(0, len(inputs), _CHUNK):
            rows = inputs[start : start + _CHUNK]
            remaining = np.full((len(rows), len(self.leaves)), _ALL)
            for column, edges, first in self._lookup:
                remaining &= self._remaining[first + np.searchsorted(edges, rows[:, column])]
            log_odds[start : start + _CHUNK] = self._leaves.take(self._places(remaining)).sum(
                axis=1
            )
        return sigmoids(log_odds)

    def to_bytes(self) -> bytes:
        """Return the trees as compressed arrays."""
        content = BytesIO()
        np.savez(
            content,
            edges=np.concatenate(self.edges),
            counts=np.array([len(each) for each in self.edges], dtype=np.uint8),
            column=self.column, edge=self.edge, tree=self.tree, remaining=self.remaining,
            leaves=self.leaves,
        )  # fmt: skip
        return zlib.compress(content.getvalue())

    @classmethod
    def from_bytes(cls, data: bytes) -> Trees:
        """Return trees from `to_bytes`."""
        arrays = dict(np.load(BytesIO(zlib.decompress(data)), allow_pickle=False))
        ends = np.cumsum(arrays.pop("counts"), dtype=np.int64)
        return cls(edges=np.split(arrays.pop("edges"), ends[:-1]), **arrays)

    @cached_property
    def _lookup(self) -> list[_Lookup]:
        firsts = np.cumsum([0, *(len(each) + 1 for each in self.edges)])
        return [
            _Lookup(column, edges.tolist(), int(firsts[column]))
            for column, edges in enumerate(self.edges)
            if len(edges)
        ]

    @cached_property
    def _remaining(self) -> BitArray:
        """The leaves of all trees that remain, by input and place: shape (places, trees)."""
        firsts = np.cumsum([0, *(len(each) + 1 for each in self.edges)])
        remaining = np.full((int(firsts[-1]), len(self.leaves)), _ALL)
        rows = firsts[self.column] + self.edge + 1
        np.bitwise_and.at(remaining, (rows, self.tree), self.remaining)
        for first, edges in zip(firsts, self.edges, strict=False):
            of_input = slice(first, first + len(edges) + 1)
            remaining[of_input] = np.bitwise_and.accumulate(remaining[of_input], axis=0)
        return remaining

    @cached_property
    def _leaves(self) -> FloatArray:
        """The leaves in the order of `_places`, one tree after another."""
        bits = np.uint32(1) << np.arange(MAX_LEAVES, dtype=np.uint32)
        places = (bits * _DE_BRUIJN) >> _UPPER_FIVE
        by_place = np.empty_like(self.leaves)
        by_place[:, places] = self.leaves
        return by_place.ravel()

    @cached_property
    def _first_places(self) -> BitArray:
        return np.arange(len(self.leaves), dtype=np.uint32) * np.uint32(MAX_LEAVES)

    def _places(self, remaining: BitArray) -> BitArray:
        """Return the index in `_leaves` of the leftmost leaf that remains, of each tree."""
        lowest = remaining & (~remaining + np.uint32(1))
        return ((lowest * _DE_BRUIJN) >> _UPPER_FIVE) + self._first_places
