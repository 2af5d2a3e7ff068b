"""Answer sequences, packed for one vectorised pass over all of them.

A sequence is the answers of one learner to one skill, in order. Packing is time-major with the
longest sequence first: the t-th answers of all sequences that have one are adjacent and belong to
the first rows, so a recursion over time takes one numpy step per time index. Identical sequences
of a skill are packed once, with a weight. Sequences of more than `PIECE` answers are cut into
pieces, one row each, so that a recursion takes no more steps than that; `Packed.previous` links
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray

NONE = -1
PIECE = 32  # answers


@dataclass(frozen=True)
class Sequences:
    """Answer sequences, stored one after the other.

    Attributes
    ----------
    score : shape (answers,), in [0, 1], sequence by sequence, each in temporal order.
    start, length : shape (sequences,), index in `score` of the first answer of each sequence, and
        its number of answers, >= 1.
    skill : shape (sequences,), the skill of each sequence.
    """

    score: FloatArray
    start: IntArray
    length: IntArray
    skill: IntArray

    @classmethod
    def of(cls, learner: IntArray, skill: IntArray, score: FloatArray) -> Sequences:
        """Group answers into sequences by learner and skill.

        Parameters
        ----------
        learner, skill, score : shape (answers,), the answers of each learner in temporal order.
        """
        order = np.lexsort((learner, skill))
        learner, skill = learner[order], skill[order]
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[1:] = (learner[1:] != learner[:-1]) | (skill[1:] != skill[:-1])
        start = np.flatnonzero(is_first)
        length = np.diff(start, append=len(order))
        skill_of = skill[start].astype(np.int64)
        return cls(score[order].astype(np.float64), start, length, skill_of)

    def pooled(self) -> Sequences:
        """Return the same sequences, all assigned to skill 0."""
        return replace(self, skill=np.zeros_like(self.skill))

    def packed(self, piece: int = PIECE) -> Packed:
        """Return the packed sequences, identical ones of a skill once.

        Parameters
        ----------
        piece : maximum number of answers of a row; a power of 2.
        """
        chosen, weight = self._distinct_sequences()
        pieces = -(-self.length[chosen] // piece)
        number = _concatenate_ranges(pieces)
        chosen, weight = np.repeat(chosen, pieces), np.repeat(weight, pieces)
        start = self.start[chosen] + piece * number
        length = np.minimum(self.length[chosen] - piece * number, piece)
        order = np.argsort(-length, kind="stable")
        place = np.argsort(order)
        previous = np.where(number > 0, np.roll(place, 1), NONE)[order]
        chosen, start, length = chosen[order], start[order], length[order]
        skill = self.skill[chosen]
        steps = np.arange(length.max(initial=0))
        active = np.searchsorted(-length, -steps)
        row = _concatenate_ranges(active)
        step = np.repeat(steps, active)
        score = self.score[start[row] + step]
        kinds, kind = _distinct_answers(skill[row], score)
        return Packed(kinds, kind, row, active, skill, weight[order], previous)

    def _distinct_sequences(self) -> tuple[IntArray, FloatArray]:
        """Return the index of one sequence per set of identical ones, and the size of each set."""
        scores, size = self.score.tobytes(), self.score.itemsize
        starts = (self.start * size).tolist()
        ends = ((self.start + self.length) * size).tolist()
        groups: dict[tuple[int, bytes], int] = {}
        group = [
            groups.setdefault((skill, scores[start:end]), len(groups))
            for skill, start, end in zip(self.skill.tolist(), starts, ends, strict=True)
        ]
        _, chosen, weight = np.unique(
            np.array(group, dtype=np.int64), return_index=True, return_counts=True
        )
        return chosen, weight.astype(np.float64)


@dataclass(frozen=True)
class DistinctAnswers:
    """The distinct (skill, score) pairs of all answers, shapes (kinds,)."""

    skill: IntArray
    score: FloatArray


class Links(NamedTuple):
    """Pairs of pieces that follow each other, sequence by sequence, in order; shapes (links,)."""

    before: IntArray
    after: IntArray


@dataclass(frozen=True)
class Packed:
    """Packed rows, longest first: all first answers, then all second answers, and so on.

    A row is a sequence, or a piece of one; all pieces of a sequence but the last are equally long.

    Attributes
    ----------
    kinds : the distinct answers.
    kind : shape (answers,), index into `kinds` of each answer.
    row : shape (answers,), row of each answer: 0, 1, …, active[t] - 1 at step t.
    active : shape (steps,), number of rows (the first ones) with an answer at each step.
    skill : shape (rows,), skill of each row.
    weight : shape (rows,), number of learners with this very sequence.
    previous : shape (rows,), row of the answers before those of this row; -1 where a sequence
        starts. The pieces of a sequence are in order, except that the last may be further behind.
    """

    kinds: DistinctAnswers
    kind: IntArray
    row: IntArray
    active: IntArray
    skill: IntArray
    weight: FloatArray
    previous: IntArray

    @cached_property
    def links(self) -> Links:
        """The pairs of pieces that follow each other."""
        after = np.flatnonzero(self.previous != NONE)
        after = after[np.argsort(self.previous[after])]
        return Links(self.previous[after], after)

    @property
    def is_start(self) -> BoolArray:
        """Whether a sequence starts with each row, shape (rows,)."""
        is_start: BoolArray = self.previous == NONE
        return is_start

    @property
    def is_end(self) -> BoolArray:
        """Whether a sequence ends with each row, shape (rows,)."""
        is_end = np.ones(len(self.previous), dtype=np.bool_)
        is_end[self.links.before] = False
        return is_end

    def steps(self) -> list[slice]:
        """Return the slice of the answers of each step."""
        ends = np.cumsum(self.active)
        bounds = zip((ends - self.active).tolist(), ends.tolist(), strict=True)
        return [slice(start, end) for start, end in bounds]

    def last(self) -> IntArray:
        """Return the index of the last answer of each row, shape (rows,)."""
        rows = np.arange(len(self.skill))
        steps = np.searchsorted(-self.active, -rows)
        return np.cumsum(self.active)[steps - 1] - self.active[steps - 1] + rows

    def of_skills(self, is_selected: BoolArray) -> Packed:
        """Return the sequences of the selected skills only.

        Parameters
        ----------
        is_selected : shape (skills,).
        """
        is_kept = is_selected[self.skill]
        rows_kept_before = np.concatenate([[0], np.cumsum(is_kept)])
        active = rows_kept_before[self.active]
        is_chosen = is_kept[self.row]
        previous = self.previous[is_kept]
        return Packed(
            kinds=self.kinds,
            kind=self.kind[is_chosen],
            row=rows_kept_before[self.row[is_chosen]],
            active=active[active > 0],
            skill=self.skill[is_kept],
            weight=self.weight[is_kept],
            previous=np.where(previous == NONE, NONE, rows_kept_before[previous]),
        )


def _concatenate_ranges(lengths: IntArray) -> IntArray:
    """Return 0, 1, …, n - 1 for each length n, concatenated."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _distinct_answers(skill: IntArray, score: FloatArray) -> tuple[DistinctAnswers, IntArray]:
    """Return the distinct (skill, score) pairs, and the index of the pair of each answer."""
    scores, rank = np.unique(score, return_inverse=True)
    pairs, kind = np.unique(skill * len(scores) + rank, return_inverse=True)
    skills, ranks = np.divmod(pairs, max(len(scores), 1))
    return DistinctAnswers(skills, scores[ranks]), kind
