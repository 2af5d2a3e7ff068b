"""What learners are expected to have known, given all their answers: the forward-backward passes.

Baum, Petrie, Soules & Weiss 1970, scaled as in Rabiner 1989, for the two hidden states of
`analytics.core.bkt`. Nothing is kept in bounds between answers as it is online: the recursions
are those of the hidden Markov model itself.

A score between 0 and 1 is an answer seen dimly: right with a probability of `score`, else wrong,
so that its likelihood is the mixture of theirs. (Jeffrey's rule, used online, mixes posteriors
and has no likelihood. At 0 and 1 the two agree.)
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analytics.core.bkt import ParamRows
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.packed_sequences import DistinctSequences, Packed

# What is all but excluded can still turn out true: many right answers, then as many wrong ones,
# would otherwise end in a division by zero.
_REMOTE = 1e-150


class ExpectedCounts(NamedTuple):
    """What learners are expected to have been and done: counts, of shape (skills,).

    `began` counts sequences; `could_learn` and `could_forget` answers with another one after
    them; `known` and `unknown` answers.
    """

    began: FloatArray
    began_known: FloatArray
    could_learn: FloatArray
    learned: FloatArray
    could_forget: FloatArray
    forgot: FloatArray
    unknown: FloatArray
    guessed: FloatArray
    known: FloatArray
    slipped: FloatArray
    log_likelihood: FloatArray


class _Emissions(NamedTuple):
    """How likely each kind of answer is, (kinds,): in each state, and that part of it by luck."""

    if_known: FloatArray
    if_unknown: FloatArray
    slipped: FloatArray
    guessed: FloatArray


class _Filtered(NamedTuple):
    """After each answer, in the light of it and those before: shapes (answers,).

    `known` and `unknown` sum to 1, each exact however small. `foreseen`: how likely the answer
    was; `says_known` and `says_unknown`: how many times likelier in each state.
    """

    known: FloatArray
    unknown: FloatArray
    foreseen: FloatArray
    says_known: FloatArray
    says_unknown: FloatArray


class _Smoothed(NamedTuple):
    """In the light of all answers: `known` (answers,) at each, the others (rows,) over all."""

    known: FloatArray
    learned: FloatArray
    forgot: FloatArray


def expected_counts(packed: Packed, params: ParamRows) -> ExpectedCounts:
    """Return the expected counts under `params`, of shape (skills,).

    Guess and slip lie inside (0, 1); a skill without answers counts 0.
    """
    emitted = _emitted(packed.kinds, params)
    filtered = _forward(packed, params, emitted)
    smoothed = _backward(packed, params, filtered)
    return _counted(packed, emitted, filtered, smoothed, skills=len(params.prior))


def log_likelihood(packed: Packed, params: ParamRows) -> FloatArray:
    """Return that of each skill's answers under `params`, of shape (skills,); 0 without any."""
    filtered = _forward(packed, params, _emitted(packed.kinds, params))
    return _log_likelihood(packed, filtered, skills=len(params.prior))


def _emitted(kinds: DistinctSequences, params: ParamRows) -> _Emissions:
    right, wrong = kinds.score, 1.0 - kinds.score
    guess, slip = params.guess[kinds.skill], params.slip[kinds.skill]
    slipped, guessed = wrong * slip, right * guess
    if_known, if_unknown = right * (1.0 - slip) + slipped, guessed + wrong * (1.0 - guess)
    return _Emissions(if_known, if_unknown, slipped / if_known, guessed / if_unknown)


def _forward(packed: Packed, params: ParamRows, emitted: _Emissions) -> _Filtered:
    """Filter, from the first answers to the last."""
    if_known, if_unknown = emitted.if_known[packed.kind], emitted.if_unknown[packed.kind]
    known, unknown, foreseen = (np.empty_like(if_known) for _ in range(3))
    of = params.take(packed.skill)
    now, rest = of.prior, 1.0 - of.prior
    for step in packed.steps():
        rows = step.stop - step.start
        now, rest = now[:rows] * if_known[step], rest[:rows] * if_unknown[step]
        both = now + rest
        now, rest = np.maximum(now / both, _REMOTE), np.maximum(rest / both, _REMOTE)
        known[step], unknown[step], foreseen[step] = now, rest, both
        learned, forgot = rest * of.learn[:rows], now * of.forget[:rows]
        now, rest = now - forgot + learned, rest - learned + forgot
    return _Filtered(known, unknown, foreseen, if_known / foreseen, if_unknown / foreseen)


def _backward(packed: Packed, params: ParamRows, filtered: _Filtered) -> _Smoothed:
    """Smooth, from the last answers to the first."""
    of = params.take(packed.skill)
    known = filtered.known.copy()
    later_known, later_unknown = np.ones_like(packed.weight), np.ones_like(packed.weight)
    learned, forgot = np.zeros_like(packed.weight), np.zeros_like(packed.weight)
    for earlier, step in reversed([*pairwise(packed.steps())]):
        rows = step.stop - step.start
        before = slice(earlier.start, earlier.start + rows)
        if_known = later_known[:rows] * filtered.says_known[step]
        if_unknown = later_unknown[:rows] * filtered.says_unknown[step]
        learned[:rows] += filtered.unknown[before] * if_known
        forgot[:rows] += filtered.known[before] * if_unknown
        gap = if_known - if_unknown
        later_known[:rows] = if_known - of.forget[:rows] * gap
        later_unknown[:rows] = if_unknown + of.learn[:rows] * gap
        known[before] *= later_known[:rows]
    return _Smoothed(known, learned * of.learn, forgot * of.forget)


def _counted(
    packed: Packed, emitted: _Emissions, filtered: _Filtered, smoothed: _Smoothed, *, skills: int
) -> ExpectedCounts:
    """Add up, skill by skill, what is expected of each answer and each sequence."""
    kinds, weight = packed.kinds, packed.weight[packed.row]

    def of_sequences(each: FloatArray | float) -> FloatArray:
        return _totals(packed.skill, packed.weight * each, skills)

    def of_kinds(each: FloatArray) -> FloatArray:
        return _totals(kinds.skill, each, skills)

    answered = _totals(packed.kind, weight, len(kinds.skill))
    known = _totals(packed.kind, weight * smoothed.known, len(kinds.skill))
    unknown = answered - known
    last = packed.last()
    return ExpectedCounts(
        began=of_sequences(1.0),
        began_known=of_sequences(smoothed.known[: len(packed.skill)]),
        could_learn=of_kinds(unknown) - of_sequences(filtered.unknown[last]),
        learned=of_sequences(smoothed.learned),
        could_forget=of_kinds(known) - of_sequences(filtered.known[last]),
        forgot=of_sequences(smoothed.forgot),
        unknown=of_kinds(unknown),
        guessed=of_kinds(unknown * emitted.guessed),
        known=of_kinds(known),
        slipped=of_kinds(known * emitted.slipped),
        log_likelihood=_log_likelihood(packed, filtered, skills=skills),
    )


def _log_likelihood(packed: Packed, filtered: _Filtered, *, skills: int) -> FloatArray:
    each = packed.weight[packed.row] * np.log(filtered.foreseen)
    return _totals(packed.kinds.skill[packed.kind], each, skills)


def _totals(of: IntArray, each: FloatArray, size: int) -> FloatArray:
    """Return the sum of each of `size` groups; 0 where there is nothing."""
    return np.bincount(of, each, size).astype(np.float64, copy=False)
