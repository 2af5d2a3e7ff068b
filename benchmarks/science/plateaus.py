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

from analytics.core import bkt, replay, stuck_batch
from analytics.core.bkt import DEFAULTS, ParamRows
from analytics.core.difficulty import Gaussian, Gaussians
from analytics.core.learner_update import DEFAULT_MODEL, Model
from analytics.core.logistic import BoolArray, FloatArray
from analytics.core.plateau import MIN_ANSWERS
from analytics.core.stuck import SHIPPED, Inputs
from analytics.core.stuck_batch import ModelRows
from benchmarks.science.simulator import DIFFICULTY_ERROR, Kind, Learners, simulated
from benchmarks.science.table import Row, at_least, at_most, show

SEED, OF_EACH = 20_260_302, 500
ESTABLISHED = Gaussian(0.0, 0.05)  # difficulty of a skill that many have answered
GRACE = 10
BEGINNING, PREVALENCE = 20, 0.06
MIN_EVENT_F1, MIN_TRAJECTORY_F1, MAX_DELAY = 0.80, 0.75, 16
MIN_EARLY_F1, MIN_RARE_PRECISION = 0.50, 0.55
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


def replay_learners(
    learners: Learners, skill: Gaussian = ESTABLISHED, model: Model = DEFAULT_MODEL
) -> tuple[replay.Answers, replay.ReplayedBeliefs, Inputs[FloatArray]]:
    """Return the learners' answers, their replay, and the inputs of `stuck_batch`."""
    count, length = learners.score.shape
    learner = np.repeat(np.arange(count), length)
    unknown = np.full(len(learner), np.nan)
    answers = replay.Answers(
        learner=learner,
        belief=learner,
        score=learners.score.ravel(),
        day=learners.day.ravel(),
        skill_mean=np.full(len(learner), skill.mean),
        skill_variance=np.full(len(learner), skill.variance),
        item_mean=learners.difficulty.ravel(),
        item_variance=np.full(len(learner), DIFFICULTY_ERROR**2),
        typical_seconds=unknown,
        seconds=unknown,
        confidence=unknown,
    )
    models = ModelRows.of([model], np.zeros(count, np.int64))
    replayed = replay.replay(
        answers,
        classic=ParamRows.of([model.classic] * count),
        forgetting=ParamRows.of([model.forgetting] * count),
        models=models,
    )
    shared = Gaussians(answers.skill_mean, answers.skill_variance)
    inputs = stuck_batch.inputs(
        replayed.observed, learner, answers.score, shared, models.blend[:, learner]
    )
    return answers, replayed, inputs


def stuck_mode(learners: Learners, _known: FloatArray) -> BoolArray:
    """Apply our rule: `Trajectory.is_plateau` after each answer, with the shipped calibration."""
    answers, replayed, inputs = replay_learners(learners)
    probability = stuck_batch.probabilities(inputs, np.array(SHIPPED.weights))
    limit = np.full(len(probability), SHIPPED.threshold)
    flags = stuck_batch.flags(probability, replayed.observed, answers.belief, limit)
    return flags.reshape(learners.score.shape)


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


def f1_of_beginners(flags: BoolArray, learners: Learners) -> float:
    """Return the F1 of events within the first answers of each learner alone."""
    kind, score, difficulty, day, level, stands_still = learners
    beginning = Learners(kind, score, difficulty, day, level, stands_still[:, :BEGINNING])
    return count_events(flags[:, :BEGINNING], beginning).f1


def precision_where_rare(flags: BoolArray, learners: Learners) -> tuple[float, float]:
    """Return the precision if only 6 % stand still: of flags at a time, and of flagged learners.

    The first weighs the answers within true events and all others so that 6 % are within one; the
    second weighs the learners with a true event and those without, and counts first flags.
    """
    is_true: BoolArray = np.zeros(flags.shape, dtype=np.bool_)
    for row, still_row in zip(is_true, learners.stands_still, strict=True):
        for start, end in plateaus(still_row):
            row[start:end] = True
    judged, within = flags[:, MIN_ANSWERS - 1 :], is_true[:, MIN_ANSWERS - 1 :]
    ever, has_plateau = np.array(flags.any(axis=1)), np.array(is_true.any(axis=1))
    return (
        _precision(float(judged[within].mean()), float(judged[~within].mean())),
        _precision(float(ever[has_plateau].mean()), float(ever[~has_plateau].mean())),
    )


def _precision(found: float, wrong: float) -> float:
    right = PREVALENCE * found
    return right / max(right + (1.0 - PREVALENCE) * wrong, 1e-12)


def rule_figures(flags: BoolArray, learners: Learners) -> Iterator[Row]:
    """Yield the figures of a rule's flags."""
    yield at_least("event F1", count_events(flags, learners).f1, MIN_EVENT_F1)
    yield at_least("trajectory F1", count_trajectories(flags, learners).f1, MIN_TRAJECTORY_F1)
    yield at_most("median delay, answers", median_delay(flags, learners), MAX_DELAY)
    yield at_least("event F1, first 20 answers", f1_of_beginners(flags, learners), MIN_EARLY_F1)
    at_a_time, of_learners = precision_where_rare(flags, learners)
    yield at_least("precision at 6 % prevalence", at_a_time, MIN_RARE_PRECISION)
    yield Row("precision at 6 % prevalence, of learners ever flagged", of_learners)
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
