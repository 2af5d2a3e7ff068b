"""State probabilities at the ends of the pieces of long answer sequences.

The answers of a piece, and the transitions after them, multiply the probabilities of the two hidden
states by a matrix, the product of one 2 x 2 matrix per answer. All products are computed at once,
in pairs. They carry the state from one piece of a sequence to the next, so that
`forward_backward` can run through the answers of all pieces at once: a parallel scan (Blelloch
1990, "Prefix sums and their applications"). The result is that of the uncut sequence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.core.bkt import ParamRows
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.packed_sequences import Links, Packed

# Lower bound of the filtered probabilities. Without it, many right answers followed by as many
# wrong ones would end in a division by zero.
MIN_PROBABILITY = 1e-150


class Matrices(NamedTuple):
    """Products of the matrices of the answers of pieces, one piece per link.

    An entry such as `to_known_from_unknown` is the probability of the answers of a piece, and of
    the state before the answer after it, given the state before its first answer. All shapes are
    (links,).
    """

    to_known_from_known: FloatArray
    to_known_from_unknown: FloatArray
    to_unknown_from_known: FloatArray
    to_unknown_from_unknown: FloatArray

    @classmethod
    def of(
        cls, packed: Packed, params: ParamRows, if_known: FloatArray, if_unknown: FloatArray
    ) -> tuple[Matrices, Matrices]:
        """Return the matrices of the pieces before and after each link.

        Parameters
        ----------
        packed : the sequences.
        params : shape (skills,).
        if_known, if_unknown : likelihood of each distinct answer in each state, shape (kinds,).
        """
        before, after = packed.links
        if not len(before):
            nothing = np.empty(0)
            return (cls(nothing, nothing, nothing, nothing),) * 2
        rows, place = np.unique(np.concatenate([before, after]), return_inverse=True)
        first = np.cumsum(packed.active) - packed.active
        is_answer = rows < packed.active[:, np.newaxis]
        kind = packed.kind[np.where(is_answer, first[:, np.newaxis] + rows, 0)]
        learn = np.where(is_answer, params.learn[packed.skill[rows]], 0.0)
        forget = np.where(is_answer, params.forget[packed.skill[rows]], 0.0)
        known, unknown = (np.where(is_answer, p[kind], 1.0) for p in (if_known, if_unknown))
        kk, ku = known * (1.0 - forget), unknown * learn
        uk, uu = known * forget, unknown * (1.0 - learn)
        while len(kk) > 1:  # the later of each pair times the earlier
            (a, kk), (b, ku), (c, uk), (d, uu) = ((m[::2], m[1::2]) for m in (kk, ku, uk, uu))
            kk, ku, uk, uu = kk * a + ku * c, kk * b + ku * d, uk * a + uu * c, uk * b + uu * d
        entries = [np.ravel(entry) for entry in (kk, ku, uk, uu)]
        count = len(before)
        return cls(*(entry[place[:count]] for entry in entries)), cls(
            *(entry[place[count:]] for entry in entries)
        )


def states_before(links: Links, matrices: Matrices, prior: FloatArray) -> tuple[FloatArray, ...]:
    """Return the predicted probabilities, known and unknown, before the first answer of each row.

    Parameters
    ----------
    links : of the pieces.
    matrices : of the pieces before the links.
    prior : of each row as the start of a sequence, shape (rows,).
    """
    k = u = 1.0
    states = []
    for start, p, kk, ku, uk, uu in zip(
        _is_first(links).tolist(), prior[links.before].tolist(), *_lists(matrices), strict=True
    ):
        if start:
            k, u = p, 1.0 - p
        k, u = kk * k + ku * u, uk * k + uu * u
        total = k + u
        k, u = max(k / total, MIN_PROBABILITY), max(u / total, MIN_PROBABILITY)
        states.append((k, u))
    before = prior.copy(), 1.0 - prior
    for column, values in zip(before, np.array(states).reshape(-1, 2).T, strict=True):
        column[links.after] = values
    return before


def evidence_after(links: Links, matrices: Matrices) -> FloatArray:
    """Return the likelihood of all later answers of the sequence, given the state before them.

    Parameters
    ----------
    links : of the pieces.
    matrices : of the pieces after the links.

    Returns
    -------
    Shape (2, links): if known and if unknown before the first answer after each link, up to a
    factor.
    """
    k = u = 1.0
    evidence = []
    ends = np.roll(_is_first(links), -1).tolist()
    for end, kk, ku, uk, uu in zip(
        *(reversed(column) for column in (ends, *_lists(matrices))), strict=True
    ):
        if end:
            k = u = 1.0
        k, u = kk * k + uk * u, ku * k + uu * u
        total = k + u
        k, u = k / total, u / total
        evidence.append((k, u))
    return np.array(evidence[::-1]).reshape(-1, 2).T


def _is_first(links: Links) -> IntArray:
    """Return whether each link is the first one of its sequence, shape (links,)."""
    before, after = links
    return np.concatenate([[True], before[1:] != after[:-1]])[: len(before)]


def _lists(matrices: Matrices) -> list[list[float]]:
    return [entry.tolist() for entry in matrices]
