"""Expected counts of the BKT hidden Markov model, by the forward-backward algorithm (E step).

Baum, Petrie, Soules & Weiss 1970, scaled as in Rabiner 1989, for the two hidden states of
`analytics.core.bkt`. Unlike the online update, mastery is not clipped between answers: the
recursions are those of the hidden Markov model itself.

A score between 0 and 1 is an uncertain observation: right with probability `score`, else wrong.
Its likelihood is the mixture of the two likelihoods. (Jeffrey's rule, used online, mixes the
posteriors and defines no likelihood. For scores 0 and 1 the two agree.)

Both recursions run through the pieces of long sequences at once; `sequence_pieces` computes the
state between the pieces first.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from analytics.core.bkt import ParamRows
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.packed_sequences import DistinctAnswers, Packed
from analytics.core.sequence_pieces import (
    MIN_PROBABILITY,
    Matrices,
    evidence_after,
    states_before,
)


class ExpectedCounts(NamedTuple):
    """Expected counts of hidden states and transitions, and the log likelihood; shapes (skills,).

    `sequences` is the number of sequences, `initially_known` of them start in the mastered state.
    `could_learn` and `could_forget` count the answers in each state that have a following answer;
    `learned` and `forgot` the transitions after them. `known` and `unknown` count the answers in
    each state; `slipped` are the wrong ones of `known`, `guessed` the right ones of `unknown`.
    """

    sequences: FloatArray
    initially_known: FloatArray
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
    """Emission probabilities of each distinct answer, shape (kinds,).

    `if_known` and `if_unknown` are the likelihoods in each state; `slipped` and `guessed` the
    shares of them that are due to slipping and to guessing.
    """

    if_known: FloatArray
    if_unknown: FloatArray
    slipped: FloatArray
    guessed: FloatArray


class _Filtered(NamedTuple):
    """Filtered state probabilities after each answer, given it and the earlier ones: (answers,).

    `known` and `unknown` sum to 1 and are stored separately, so that each is exact however small.
    `likelihood` is the probability of the answer given the earlier ones; `ratio_known` and
    `ratio_unknown` are its likelihood in each state divided by `likelihood`.
    """

    known: FloatArray
    unknown: FloatArray
    likelihood: FloatArray
    ratio_known: FloatArray
    ratio_unknown: FloatArray


class _Smoothed(NamedTuple):
    """Smoothed probabilities, given all answers.

    `known` at each answer has shape (answers,); the expected numbers of transitions, `learned` and
    `forgot`, have shape (rows,).
    """

    known: FloatArray
    learned: FloatArray
    forgot: FloatArray


def expected_counts(packed: Packed, params: ParamRows) -> ExpectedCounts:
    """Return the expected counts under `params`, shape (skills,).

    Parameters
    ----------
    packed : the sequences.
    params : shape (skills,); guess and slip strictly inside (0, 1).

    Returns
    -------
    Counts of 0 for a skill without answers.
    """
    emissions = _emission_probabilities(packed.kinds, params)
    before, after = _matrices(packed, params, emissions)
    filtered = _forward(packed, params, emissions, before)
    smoothed = _backward(packed, params, filtered, after)
    return _sum_counts(packed, emissions, filtered, smoothed, skills=len(params.prior))


def log_likelihood(packed: Packed, params: ParamRows) -> FloatArray:
    """Return the log likelihood of each skill's answers, shape (skills,); 0 without answers."""
    emissions = _emission_probabilities(packed.kinds, params)
    before, _ = _matrices(packed, params, emissions)
    filtered = _forward(packed, params, emissions, before)
    return _log_likelihood(packed, filtered, skills=len(params.prior))


def _emission_probabilities(kinds: DistinctAnswers, params: ParamRows) -> _Emissions:
    right, wrong = kinds.score, 1.0 - kinds.score
    guess, slip = params.guess[kinds.skill], params.slip[kinds.skill]
    slipped, guessed = wrong * slip, right * guess
    if_known, if_unknown = right * (1.0 - slip) + slipped, guessed + wrong * (1.0 - guess)
    return _Emissions(if_known, if_unknown, slipped / if_known, guessed / if_unknown)


def _matrices(
    packed: Packed, params: ParamRows, emissions: _Emissions
) -> tuple[Matrices, Matrices]:
    return Matrices.of(packed, params, emissions.if_known, emissions.if_unknown)


def _forward(
    packed: Packed, params: ParamRows, emissions: _Emissions, matrices: Matrices
) -> _Filtered:
    """Run the forward pass (filtering), from the first answers to the last."""
    if_known, if_unknown = emissions.if_known[packed.kind], emissions.if_unknown[packed.kind]
    known, unknown, likelihood = (np.empty_like(if_known) for _ in range(3))
    row_params = params.take(packed.skill)
    p_known, p_unknown = states_before(packed.links, matrices, row_params.prior)
    for step in packed.steps():
        rows = step.stop - step.start
        p_known, p_unknown = p_known[:rows] * if_known[step], p_unknown[:rows] * if_unknown[step]
        total = p_known + p_unknown
        p_known, p_unknown = (
            np.maximum(p_known / total, MIN_PROBABILITY),
            np.maximum(p_unknown / total, MIN_PROBABILITY),
        )
        known[step], unknown[step], likelihood[step] = p_known, p_unknown, total
        learned, forgot = p_unknown * row_params.learn[:rows], p_known * row_params.forget[:rows]
        p_known, p_unknown = p_known - forgot + learned, p_unknown - learned + forgot
    return _Filtered(known, unknown, likelihood, if_known / likelihood, if_unknown / likelihood)


def _backward(
    packed: Packed, params: ParamRows, filtered: _Filtered, matrices: Matrices
) -> _Smoothed:
    """Run the backward pass (smoothing), from the last answers to the first."""
    row_params = params.take(packed.skill)
    known = filtered.known.copy()
    later_known, later_unknown = np.ones_like(packed.weight), np.ones_like(packed.weight)
    learned, forgot = np.zeros_like(packed.weight), np.zeros_like(packed.weight)
    rows, last = packed.links.before, packed.last()
    # From the last answer of a piece to the first one of the next.
    if_known, if_unknown = evidence_after(packed.links, matrices)
    difference = if_known - if_unknown
    if_then_known = if_known - row_params.forget[rows] * difference
    if_then_unknown = if_unknown + row_params.learn[rows] * difference
    p_known, p_unknown = filtered.known[last[rows]], filtered.unknown[last[rows]]
    total = p_known * if_then_known + p_unknown * if_then_unknown
    later_known[rows], later_unknown[rows] = if_then_known / total, if_then_unknown / total
    learned[rows], forgot[rows] = p_unknown * if_known / total, p_known * if_unknown / total
    known[last[rows]] *= later_known[rows]
    for earlier, step in reversed([*pairwise(packed.steps())]):
        count = step.stop - step.start
        before = slice(earlier.start, earlier.start + count)
        if_known = later_known[:count] * filtered.ratio_known[step]
        if_unknown = later_unknown[:count] * filtered.ratio_unknown[step]
        learned[:count] += filtered.unknown[before] * if_known
        forgot[:count] += filtered.known[before] * if_unknown
        difference = if_known - if_unknown
        later_known[:count] = if_known - row_params.forget[:count] * difference
        later_unknown[:count] = if_unknown + row_params.learn[:count] * difference
        known[before] *= later_known[:count]
    return _Smoothed(known, learned * row_params.learn, forgot * row_params.forget)


def _sum_counts(
    packed: Packed, emissions: _Emissions, filtered: _Filtered, smoothed: _Smoothed, *, skills: int
) -> ExpectedCounts:
    """Sum the expected counts of all answers and sequences by skill."""
    kinds, weight = packed.kinds, packed.weight[packed.row]

    def sum_sequences(values: FloatArray | BoolArray) -> FloatArray:
        return _totals(packed.skill, packed.weight * values, skills)

    def sum_answers(values: FloatArray) -> FloatArray:
        return _totals(kinds.skill, values, skills)

    total = _totals(packed.kind, weight, len(kinds.skill))
    known = _totals(packed.kind, weight * smoothed.known, len(kinds.skill))
    unknown = total - known
    last, is_end = packed.last(), packed.is_end
    return ExpectedCounts(
        sequences=sum_sequences(packed.is_start),
        initially_known=sum_sequences(packed.is_start * smoothed.known[: len(packed.skill)]),
        could_learn=sum_answers(unknown) - sum_sequences(is_end * filtered.unknown[last]),
        learned=sum_sequences(smoothed.learned),
        could_forget=sum_answers(known) - sum_sequences(is_end * filtered.known[last]),
        forgot=sum_sequences(smoothed.forgot),
        unknown=sum_answers(unknown),
        guessed=sum_answers(unknown * emissions.guessed),
        known=sum_answers(known),
        slipped=sum_answers(known * emissions.slipped),
        log_likelihood=_log_likelihood(packed, filtered, skills=skills),
    )


def _log_likelihood(packed: Packed, filtered: _Filtered, *, skills: int) -> FloatArray:
    values = packed.weight[packed.row] * np.log(filtered.likelihood)
    return _totals(packed.kinds.skill[packed.kind], values, skills)


def _totals(group: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return the sums of `values` by group, shape (size,); 0 for empty groups."""
    return np.bincount(group, values, size).astype(np.float64, copy=False)
