"""Cycles of the graph of prerequisites, and suggested edges: learning-science 7."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.core.prerequisites import find_cycle, suggest, wilson_bound


def test_a_cycle_is_found():
    assert find_cycle([("a", "b"), ("b", "c"), ("a", "c")]) is None
    cycle = find_cycle([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")])

    assert cycle is not None
    assert cycle[0] == cycle[-1]
    assert set(cycle) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("successes", "trials", "bound"), [(0, 0, 1.0), (0, 24, 0.1013), (1, 50, 0.0847), (50, 50, 1.0)]
)
def test_the_bound_is_that_of_wilson(successes: int, trials: int, bound: float):
    got = wilson_bound(np.array([float(successes)]), np.array([float(trials)]))

    assert got == pytest.approx([bound], abs=1e-3)


def learners(depth: list[int], skills: int, each: int) -> np.ndarray:
    """Return learners who know the first `depth` skills of a chain."""
    return np.repeat([[row > column for column in range(skills)] for row in depth], each, axis=0)


def test_a_chain_is_found_without_what_follows_from_it():
    known = learners([0, 1, 2, 3], 3, 30)

    found = suggest(np.ones_like(known), known)

    assert {(each.before, each.after) for each in found} == {(0, 1), (1, 2)}
    [first] = [each for each in found if each.before == 0]
    assert (first.learners, first.successes, first.informed, first.informed_successes) == (
        30, 0, 90, 60,
    )  # fmt: skip
    assert first.bound == pytest.approx(0.0827, abs=1e-3)


def test_independent_skills_and_skills_learned_together_are_not_suggested():
    rng = np.random.default_rng(1)
    known = rng.random((400, 3)) < 0.5
    known[:, 2] = known[:, 1]

    assert suggest(np.ones_like(known), known) == []


def test_few_learners_suggest_nothing_and_others_do_not_count():
    known = learners([0, 1, 2], 2, 9)
    assert suggest(np.ones_like(known), known) == []

    many = learners([0, 1, 2], 2, 40)
    practised = np.ones_like(many)
    practised[:, 1] = False
    assert suggest(practised, many) == []


def test_without_answers_nothing_is_suggested():
    nothing = np.zeros((0, 0), dtype=np.bool_)

    assert suggest(nothing, nothing) == []
