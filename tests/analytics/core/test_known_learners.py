"""Plateaus of simulated learners with a known truth: learning-science 3."""

from __future__ import annotations

import pytest

from benchmarks.science import plateaus
from benchmarks.science.simulator import ANSWERS, simulated


def test_the_targets_are_met_on_simulated_learners():
    """learning-science 3: F1 of events and trajectories, delay, and learners never flagged."""
    rows = [*plateaus.measured(simulated(100, seed=3))]

    rated = [row for row in rows if row.ok is not None]
    assert len(rated) == 7
    assert [row.name for row in rated if not row.ok] == []


def test_a_rule_on_the_velocity_of_mastery_flags_mastered_skills():
    """learning-science 3: the reason this rule is not used."""
    rows = {row.name: row.measured for row in plateaus.measured(simulated(40, seed=3))}

    assert rows["|velocity| < .02: ever flagged, mastered"] > 0.95


@pytest.mark.parametrize(
    ("flags", "found"),
    [
        ("", []),
        ("--", []),
        ("xx", [(0, 2)]),
        ("-xx---xx-", [(1, 8)]),
        ("x----------x", [(0, 1), (11, 12)]),
        ("x---------xx", [(0, 12)]),
        ("x--x--x-----------x", [(0, 7), (18, 19)]),
    ],
)
def test_short_interruptions_are_one_event(flags: str, found: list[tuple[int, int]]):
    assert plateaus.events([flag == "x" for flag in flags]) == found


def test_the_same_seed_gives_the_same_learners():
    learners, again = simulated(2, seed=5), simulated(2, seed=5)

    assert learners.score.shape == (16, ANSWERS)
    assert (learners.score == again.score).all()
    assert (learners.day[:, 1:] >= learners.day[:, :-1]).all()
