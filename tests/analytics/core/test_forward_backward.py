"""Expected counts of hidden states, compared with every hidden path: learning-science 1."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.bkt import ParamRows, Params
from analytics.core.forward_backward import ExpectedCounts, expected_counts, log_likelihood
from analytics.core.packed_sequences import PIECE, Packed, Sequences

INSIDE = st.floats(0.01, 0.99)
SCORES = st.lists(st.sampled_from([0.0, 1.0, 0.3]), min_size=1, max_size=3)
SEQUENCES = st.lists(st.tuples(st.integers(0, 1), SCORES), max_size=5)
PIECES = st.sampled_from([1, 2, PIECE])
PARAMS = st.builds(
    Params, INSIDE, INSIDE, INSIDE, INSIDE, st.one_of(st.just(0.0), st.floats(0.01, 0.99))
)


@given(sequences=SEQUENCES, one=PARAMS, other=PARAMS, piece=PIECES)
def test_expected_counts_equal_the_sum_over_all_hidden_paths(
    sequences: list[tuple[int, list[float]]], one: Params, other: Params, piece: int
):
    """learning-science 1: several learners, skills and lengths in one pass, with soft scores."""
    expected = expected_counts(packed(sequences, piece), ParamRows.of([one, other]))

    by_hand = np.zeros((len(ExpectedCounts._fields), 2))
    for skill, scores in sequences:
        by_hand[:, skill] += count_over_all_paths(scores, [one, other][skill])
    np.testing.assert_allclose(np.array(expected), by_hand, rtol=1e-9, atol=1e-12)


@given(sequences=SEQUENCES, one=PARAMS, other=PARAMS)
def test_the_likelihood_alone_equals_that_of_the_expected_counts(
    sequences: list[tuple[int, list[float]]], one: Params, other: Params
):
    rows, params = packed(sequences), ParamRows.of([one, other])

    assert (
        log_likelihood(rows, params).tolist()
        == expected_counts(rows, params).log_likelihood.tolist()
    )


@given(sequences=SEQUENCES, one=PARAMS, other=PARAMS, piece=PIECES)
def test_a_skill_alone_has_the_same_counts_as_among_others(
    sequences: list[tuple[int, list[float]]], one: Params, other: Params, piece: int
):
    rows, params = packed(sequences, piece), ParamRows.of([one, other])

    alone = expected_counts(rows.of_skills(np.array([False, True])), params)

    for path_counts, among_others in zip(alone, expected_counts(rows, params), strict=True):
        assert path_counts[0] == 0
        assert path_counts[1] == pytest.approx(among_others[1], rel=1e-12)


@given(sequences=SEQUENCES)
def test_equal_sequences_are_packed_once(sequences: list[tuple[int, list[float]]]):
    """learning-science 1: identical (skill, pattern) sequences are stored once, with a weight."""
    rows = packed(sequences * 3)

    distinct = {(skill, tuple(scores)) for skill, scores in sequences}
    assert len(rows.skill) == len(distinct)
    assert rows.weight.sum() == 3 * len(sequences)
    assert len(rows.kind) == sum(len(scores) for _, scores in distinct)


@given(
    lengths=st.lists(st.integers(1, 140), min_size=1, max_size=6),
    seed=st.integers(0, 1000),
    one=PARAMS,
    other=PARAMS,
)
def test_long_sequences_give_the_counts_of_uncut_ones(
    lengths: list[int], seed: int, one: Params, other: Params
):
    random = np.random.default_rng(seed)
    sequences = [
        (n % 2, random.choice([0.0, 0.3, 1.0], length).tolist()) for n, length in enumerate(lengths)
    ]
    params = ParamRows.of([one, other])
    cut, uncut = packed(sequences), packed(sequences, 256)

    assert len(cut.active) <= PIECE
    assert uncut.is_start.all()
    for found, expected in zip(
        expected_counts(cut, params), expected_counts(uncut, params), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_a_long_run_of_answers_can_be_reversed():
    """2,000 right answers and then 2,000 wrong ones, or the reverse, do not divide by zero."""
    turned = packed([(0, [1.0] * 2000 + [0.0] * 2000), (0, [0.0] * 2000 + [1.0] * 2000)])
    params = ParamRows.of([Params(0.5, 0.001, 0.001, 0.001)])

    expected = expected_counts(turned, params)

    assert np.all(np.isfinite(np.array(expected)))
    assert expected.known[0] + expected.unknown[0] == pytest.approx(8000)


def packed(sequences: list[tuple[int, list[float]]], piece: int = PIECE) -> Packed:
    """Return the packed sequences, each with a learner of its own."""
    learner = [number for number, (_, scores) in enumerate(sequences) for _ in scores]
    skill = [skill for skill, scores in sequences for _ in scores]
    score = [score for _, scores in sequences for score in scores]
    return Sequences.of(
        np.array(learner, dtype=np.int64),
        np.array(skill, dtype=np.int64),
        np.array(score, dtype=np.float64),
    ).packed(piece)


def count_over_all_paths(scores: list[float], params: Params) -> np.ndarray:
    """Return the expected counts of one sequence, in the order of the fields of `ExpectedCounts`.

    Every path through the hidden states and the hidden answers (a soft score has both) is
    weighed by its probability.
    """
    weights, counts = [], []
    steps = len(scores)
    for path in product([True, False], repeat=steps):
        for answers in product([True, False], repeat=steps):
            likelihood = path_likelihood(path, answers, scores, params)
            weights.append(likelihood)
            counts.append(path_counts(path, answers))
    total = sum(weights)
    return np.array([*(np.array(weights) @ np.array(counts) / total), np.log(total)])


def path_likelihood(
    path: tuple[bool, ...], answers: tuple[bool, ...], scores: list[float], params: Params
) -> float:
    likelihood = params.prior if path[0] else 1.0 - params.prior
    for known, then in pairwise(path):
        stays = 1.0 - (params.forget if known else params.learn)
        likelihood *= stays if known is then else 1.0 - stays
    for known, is_right, score in zip(path, answers, scores, strict=True):
        right = 1.0 - params.slip if known else params.guess
        likelihood *= right * score if is_right else (1.0 - right) * (1.0 - score)
    return likelihood


def path_counts(path: tuple[bool, ...], answers: tuple[bool, ...]) -> list[int]:
    moves = list(pairwise(path))
    shown = list(zip(path, answers, strict=True))
    return [
        1,
        path[0],
        sum(not known for known, _ in moves),
        moves.count((False, True)),
        sum(known for known, _ in moves),
        moves.count((True, False)),
        path.count(False),
        shown.count((False, True)),
        path.count(True),
        shown.count((True, False)),
    ]
