"""Sequences of answers, packed for a pass over all of them at a time.

A sequence is what one learner answered to one skill, in order. Packed time-major and longest
first, the t-th answers of all that have one lie side by side and belong to the first rows, so a
recursion over time is one numpy step per time index. Equal sequences of a skill are packed once,
with a weight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.core.logistic import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Sequences:
    """Sequences one after the other.

    Attributes
    ----------
    score : shape (answers,), in [0, 1]: sequence by sequence, each in its order.
    begin, length : (sequences,), where in `score` each begins, and its answers, at least 1.
    skill : (sequences,), of which skill each is.
    """

    score: FloatArray
    begin: IntArray
    length: IntArray
    skill: IntArray

    @classmethod
    def of(cls, learner: IntArray, skill: IntArray, score: FloatArray) -> Sequences:
        """Part answers by learner and skill: shapes (answers,), in each learner's order."""
        order = np.lexsort((learner, skill))
        learner, skill = learner[order], skill[order]
        is_first = np.ones(len(order), dtype=np.bool_)
        is_first[1:] = (learner[1:] != learner[:-1]) | (skill[1:] != skill[:-1])
        begin = np.flatnonzero(is_first)
        length = np.diff(begin, append=len(order))
        skill_of = skill[begin].astype(np.int64)
        return cls(score[order].astype(np.float64), begin, length, skill_of)

    def pooled(self) -> Sequences:
        """Return the same sequences as if all were of one skill, number 0."""
        return replace(self, skill=np.zeros_like(self.skill))

    def packed(self) -> Packed:
        """Pack them, equal ones of a skill once."""
        chosen, weight = self._distinct()
        order = np.argsort(-self.length[chosen], kind="stable")
        chosen, weight = chosen[order], weight[order]
        length, skill = self.length[chosen], self.skill[chosen]
        steps = np.arange(length.max(initial=0))
        active = np.searchsorted(-length, -steps)
        row = _counted(active)
        step = np.repeat(steps, active)
        score = self.score[self.begin[chosen][row] + step]
        kinds, kind = _kinds(skill[row], score)
        return Packed(kinds, kind, row, active, skill, weight)

    def _distinct(self) -> tuple[IntArray, FloatArray]:
        """Return one sequence of each sort, and how many of that sort there are."""
        scores, size = self.score.tobytes(), self.score.itemsize
        begins = (self.begin * size).tolist()
        ends = ((self.begin + self.length) * size).tolist()
        sorts: dict[tuple[int, bytes], int] = {}
        sort = [
            sorts.setdefault((skill, scores[begin:end]), len(sorts))
            for skill, begin, end in zip(self.skill.tolist(), begins, ends, strict=True)
        ]
        _, chosen, weight = np.unique(
            np.array(sort, dtype=np.int64), return_index=True, return_counts=True
        )
        return chosen, weight.astype(np.float64)


@dataclass(frozen=True)
class DistinctSequences:
    """The answers that differ: shapes (kinds,), of which skill, and what score."""

    skill: IntArray
    score: FloatArray


@dataclass(frozen=True)
class Packed:
    """Sequences longest first: all their first answers, then all their second, and so on.

    Attributes
    ----------
    kinds : what answers there are.
    kind : shape (answers,), which of them each answer is.
    row : (answers,), of which sequence: 0, 1, … active[t] - 1 at step t.
    active : (steps,), how many sequences, the first ones, have an answer at each step.
    skill : (rows,), of which skill each sequence is.
    weight : (rows,), how many learners answered just so.
    """

    kinds: DistinctSequences
    kind: IntArray
    row: IntArray
    active: IntArray
    skill: IntArray
    weight: FloatArray

    def steps(self) -> list[slice]:
        """Return where the answers of each step are."""
        ends = np.cumsum(self.active)
        bounds = zip((ends - self.active).tolist(), ends.tolist(), strict=True)
        return [slice(begin, end) for begin, end in bounds]

    def last(self) -> IntArray:
        """Return which answer is the last of each sequence: shape (rows,)."""
        rows = np.arange(len(self.skill))
        steps = np.searchsorted(-self.active, -rows)
        return np.cumsum(self.active)[steps - 1] - self.active[steps - 1] + rows

    def of_skills(self, wanted: BoolArray) -> Packed:
        """Return the sequences of some skills alone; `wanted` has shape (skills,)."""
        kept = wanted[self.skill]
        kept_before = np.concatenate([[0], np.cumsum(kept)])
        active = kept_before[self.active]
        chosen = kept[self.row]
        return Packed(
            kinds=self.kinds,
            kind=self.kind[chosen],
            row=kept_before[self.row[chosen]],
            active=active[active > 0],
            skill=self.skill[kept],
            weight=self.weight[kept],
        )


def _counted(lengths: IntArray) -> IntArray:
    """Return 0, 1, … n - 1 for each length n, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)


def _kinds(skill: IntArray, score: FloatArray) -> tuple[DistinctSequences, IntArray]:
    """Return the distinct pairs, and of each answer which pair it is."""
    scores, rank = np.unique(score, return_inverse=True)
    pairs, kind = np.unique(skill * len(scores) + rank, return_inverse=True)
    skills, ranks = np.divmod(pairs, max(len(scores), 1))
    return DistinctSequences(skills, scores[ranks]), kind
