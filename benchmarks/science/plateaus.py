"""Measure the detection of plateaus of simulated learners; `learning-science` 3.

    python -m benchmarks.science.plateaus

Our rule is compared with two others: "attempts >= 10 and |velocity| < .02" with the velocity of
mastery, as published, and wheel-spinning (Beck & Gong 2013): ten opportunities or more and not
yet three right in a row. Mastery is traced with the parameters of a skill that is not fitted.

An event is a run of answers: a true event where a learner stands still (for at least ten), a
detected event where a flag is up; interruptions of fewer than ten answers do not end an event. Ten
answers of grace: for a flag, a true event ends ten answers later. A detected event is right if it
starts within a true one; a true event is found if a detected one starts within it. A trajectory is
evaluated by the first flag alone: right if within a true event; else wrong, and a true event of
the trajectory is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from analytics.core import bkt
from analytics.core.bkt import DEFAULTS, ParamRows
from analytics.core.efficiency import efficiencies
from analytics.core.logistic import BoolArray, FloatArray
from analytics.core.trajectory_batch import Trajectories
from benchmarks.science.simulator import Kind, Learners, simulated
from benchmarks.science.table import Row, at_least, at_most, show

SEED, OF_EACH = 20_260_302, 500
GRACE = 10
MIN_EVENT_F1, MIN_TRAJECTORY_F1, MAX_DELAY = 0.80, 0.75, 16
MAX_FLAGGED = {Kind.MASTERED: 0.01, Kind.STEADY: 0.06}

Rule = Callable[[Learners, FloatArray], BoolArray]
Event = tuple[int, int]


def mastery(learners: Learners) -> FloatArray:
    """Return mastery before the first answer and after each, shape (learners, answers + 1)."""
    params = ParamRows.of([DEFAULTS] * len(learners.score))
    known = [params.prior]
    for score in learners.score.T:
        known.append(bkt.updates(known[-1], score, params))
    return np.array(known).T


def stuck_mode(learners: Learners, known: FloatArray) -> BoolArray:
    """Apply our rule: `Trajectory.is_plateau` after each answer."""
    trajectories = Trajectories()
    rows = trajectories.start(len(learners.score))
    unknown = np.full(len(rows), np.nan)
    flags = []
    for step, score in enumerate(learners.score.T):
        trajectories.absorb(
            rows,
            score,
            efficiency=efficiencies(score, unknown, unknown, unknown),
            difficulty=learners.difficulty[:, step],
            mastery=known[:, step + 1],
            day=learners.day[:, step],
        )
        flags.append(trajectories.is_plateau(rows))
    return np.array(flags).T


def still_mastery(_learners: Learners, known: FloatArray) -> BoolArray:
    """Apply the published rule: attempts >= 10 and |velocity| < .02."""
    flags = np.abs(np.diff(known, axis=1)) < 0.02
    flags[:, :9] = False
    return flags


def wheel_spinning(learners: Learners, _known: FloatArray) -> BoolArray:
    """Apply the rule of Beck & Gong 2013: from the tenth answer, until three right in a row."""
    right = learners.score == 1
    three = right.copy()
    three[:, 1:] &= right[:, :-1]
    three[:, 2:] &= right[:, :-2]
    three[:, :2] = False
    flags: BoolArray = ~np.logical_or.accumulate(three, axis=1)
    flags[:, :9] = False
    return flags


RULES: dict[str, Rule] = {
    "ours": stuck_mode,
    "|velocity| < .02": still_mastery,
    "wheel-spinning": wheel_spinning,
}


class Tally(NamedTuple):
    """Numbers of right and wrong detections, and of found and missed true events."""

    right: int
    wrong: int
    found: int
    missed: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 if nothing was found."""
        if not self.found:
            return 0.0
        precision = self.right / (self.right + self.wrong)
        recall = self.found / (self.found + self.missed)
        return 2 * precision * recall / (precision + recall)


def events(flags: Sequence[bool] | BoolArray) -> list[Event]:
    """Return the runs of one learner's flags, as first and last + 1; short gaps are closed."""
    edges = np.flatnonzero(np.diff(np.array(flags, dtype=bool), prepend=False, append=False))
    gaps = np.flatnonzero(edges[2::2] - edges[1:-1:2] < GRACE)
    edges = np.delete(edges, np.concatenate([2 * gaps + 1, 2 * gaps + 2]))
    return [*zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def plateaus(stands_still: BoolArray) -> list[Event]:
    """Return the true events of one learner that last, extended by their grace."""
    return [(start, end + GRACE) for start, end in events(stands_still) if end - start >= GRACE]


def count_events(flags: BoolArray, learners: Learners) -> Tally:
    """Evaluate every event of every learner."""
    tally = np.zeros(4, np.int64)
    for row, still_row in zip(flags, learners.stands_still, strict=True):
        detected, true = events(row), plateaus(still_row)
        right = sum(any(start <= at < end for start, end in true) for at, _ in detected)
        found = sum(any(start <= at < end for at, _ in detected) for start, end in true)
        tally += (right, len(detected) - right, found, len(true) - found)
    return Tally(*tally.tolist())


def count_trajectories(flags: BoolArray, learners: Learners) -> Tally:
    """Evaluate the first flag of every learner."""
    tally = np.zeros(4, np.int64)
    for row, still_row in zip(flags, learners.stands_still, strict=True):
        true = plateaus(still_row)
        is_right = any(start <= row.argmax() < end for start, end in true) and row.any()
        tally += (is_right, row.any() and not is_right, is_right, bool(true) and not is_right)
    return Tally(*tally.tolist())


def median_delay(flags: BoolArray, learners: Learners) -> float:
    """Return the median number of answers from a found plateau's start to its detection."""
    return median(
        min(at - start for at, _ in events(row) if start <= at < end)
        for row, still_row in zip(flags, learners.stands_still, strict=True)
        for start, end in plateaus(still_row)
        if any(start <= at < end for at, _ in events(row))
    )


def share_flagged(flags: BoolArray, learners: Learners, kind: Kind) -> float:
    """Return the share of the learners of a kind that were ever flagged."""
    return float(flags[np.array(learners.kind) == kind].any(axis=1).mean())


def measured(learners: Learners) -> Iterator[Row]:
    """Yield the figures of our rule beside their targets, then those of the other rules."""
    known = mastery(learners)
    for name, rule in RULES.items():
        flags = rule(learners, known)
        is_ours = rule is stuck_mode
        for row in rule_figures(flags, learners):
            yield Row(f"{name}: {row.name}", row.measured, *(row[2:] if is_ours else ()))


def rule_figures(flags: BoolArray, learners: Learners) -> Iterator[Row]:
    """Yield the figures of a rule's flags."""
    yield at_least("event F1", count_events(flags, learners).f1, MIN_EVENT_F1)
    yield at_least("trajectory F1", count_trajectories(flags, learners).f1, MIN_TRAJECTORY_F1)
    yield at_most("median delay, answers", median_delay(flags, learners), MAX_DELAY)
    for kind in Kind:
        share = share_flagged(flags, learners, kind)
        name = f"ever flagged, {kind}"
        if kind in MAX_FLAGGED:
            yield at_most(name, share, MAX_FLAGGED[kind])
        else:
            yield Row(name, share)


def rows() -> Iterator[Row]:
    """Yield all figures of this module."""
    return measured(simulated(OF_EACH, SEED))


if __name__ == "__main__":
    sys.exit(not show(rows()))
