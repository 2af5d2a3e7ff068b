"""Measure the costs by which `analytics.core.narrow_replay` chooses how to replay a learner.

    python -m benchmarks.science.replay_costs

Processor time, the best of several runs. The first rows are the constants of the module in
microseconds, measured: a single answer in a replay one by one; in numpy, an answer among many, a
step of all abilities, and a step of all skill states. The second table replays learners with the
same number of answers in both ways: the module should choose numpy from about the number of
learners on from which numpy is faster.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import process_time

import numpy as np

from analytics.core import narrow_replay
from analytics.core.bkt import DEFAULTS, ParamRows
from analytics.core.learner_update import DEFAULT_MODEL
from analytics.core.replay import Answers
from analytics.core.stuck_batch import ModelRows
from benchmarks.science.table import Row, show

RUNS = 5
LONG, WIDE = 600, 20_000  # answers of one learner; learners
WIDTHS = (4, 8, 12, 16, 24, 32, 64)
LENGTH = 200


def answers_of(learners: int, length: int, *, skills: int = 1) -> Answers:
    """Return answers of learners in turn, each with `length` of them at skills in turn."""
    learner, number = np.tile(np.arange(learners), length), np.repeat(np.arange(length), learners)
    rng, size = np.random.default_rng(learners), learners * length
    return Answers(
        learner=learner,
        belief=learner * skills + number % skills,
        score=rng.integers(0, 2, size).astype(np.float64),
        day=20_000.0 + number / 50.0,
        skill_mean=np.full(size, -0.5),
        skill_variance=np.full(size, 0.2),
        item_mean=rng.normal(0, 0.8, size),
        item_variance=np.full(size, 0.2),
        typical_seconds=np.full(size, 60.0),
        seconds=rng.uniform(1, 90, size),
        confidence=np.full(size, 3.0),
    )


def seconds(answers: Answers, *, one_by_one: bool) -> float:
    """Return the processor time of a replay in one of the two ways, the best of several."""
    states = int(answers.belief.max()) + 1
    params = ParamRows.of([DEFAULTS] * states)
    models = ModelRows.of([DEFAULT_MODEL], np.zeros(states, dtype=np.int64))
    chosen, times = narrow_replay.SINGLE_COST, []
    narrow_replay.SINGLE_COST = 0.0 if one_by_one else 1e9
    try:
        for _ in range(RUNS):
            started = process_time()
            narrow_replay.replay_answers(answers, classic=params, forgetting=params, models=models)
            times.append(process_time() - started)
    finally:
        narrow_replay.SINGLE_COST = chosen
    return min(times)


def costs() -> Iterator[Row]:
    """Measure the constants."""
    single = seconds(answers_of(1, LONG), one_by_one=True) / LONG
    answer = seconds(answers_of(WIDE, 1), one_by_one=False) / WIDE
    # With one answer at each skill there is one step of the skill states, else one an answer.
    ability = seconds(answers_of(1, LONG, skills=LONG), one_by_one=False) / LONG
    both = seconds(answers_of(1, LONG), one_by_one=False) / LONG
    for name, measured, used in (
        ("single answer", single, narrow_replay.SINGLE_COST),
        ("answer in numpy", answer, narrow_replay.ANSWER_COST),
        ("step of abilities", ability, narrow_replay.ABILITY_STEP_COST),
        ("step of skill states", both - ability, narrow_replay.STATE_STEP_COST),
    ):
        yield Row(f"{name}, microseconds (the module has {used:g})", 1e6 * measured)


def widths() -> Iterator[Row]:
    """Compare the two ways for some numbers of learners."""
    for width in WIDTHS:
        answers = answers_of(width, LENGTH)
        one_by_one, together = (seconds(answers, one_by_one=each) for each in (True, False))
        chosen = "one by one" if narrow_replay.choose_learners(answers).all() else "numpy"
        yield Row(f"{width} learners: time in numpy / one by one; {chosen}", together / one_by_one)


if __name__ == "__main__":
    sys.exit(not all([show(costs()), show(widths())]))
