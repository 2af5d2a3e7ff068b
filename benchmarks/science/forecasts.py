"""Measure forecasts of real and simulated learners; `learning-science` 3 and 4.

    python -m benchmarks.science.forecasts

Real learners: what is known after two thirds of each learner's answers forecasts the share of
right answers of the last third, beside the assumption that every level stays as it is. Shared
values are learned from the other learners (five folds); how many answers are given at each skill
is taken as known. For a skill not met before, both expect what follows from the ability. Learners
with fewer than five later answers are left out.

Simulated learners: those of `tests.analytics.core.test_progress`, of known levels over four weeks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from analytics.core import forecast, replay
from analytics.core.bkt import ParamRows
from analytics.core.difficulty import ITEM, LEARNER, LEARNER_SKILL, Gaussians
from analytics.core.fit import fit
from analytics.core.forecast import Gains, SkillForecast
from analytics.core.growth_fit import fit_climb
from analytics.core.item_parameters import Estimates, Questions, replay_terms
from analytics.core.learner_update import Model
from analytics.core.logistic import FloatArray, IntArray, sigmoids
from analytics.core.score_scale import Scale
from analytics.core.steps import steps
from analytics.core.stuck_batch import ModelRows
from analytics.core.velocity import Trend
from benchmarks.science.assistments import Answers, TimedAnswers
from benchmarks.science.mastery import FOLDS, folds
from benchmarks.science.table import Row, at_least, at_most, show
from tests.analytics.core.test_progress import (
    CONSTANT,
    RATES,
    SHAPES,
    forecast_of,
    level_later,
    simulated,
)

KNOWN_SHARE = 2 / 3
MIN_LATER_ANSWERS = 5
MIN_COVERED, MAX_COVERED = 0.75, 0.85
SCALE = Scale(0, 1_000_000)
_UNIT = "share"


def rows(timed: TimedAnswers, *, has_target: bool) -> Iterator[Row]:
    """Measure the error of forecasts of real learners."""
    forecasts, stays, later = _by_learner(timed)
    error, stays_error = (float(np.abs(each - later).mean()) for each in (forecasts, stays))
    yield Row("learners", len(later))
    yield Row("mean error if all stays as it is", stays_error)
    title = "mean error of the forecast"
    yield at_most(title, error, stays_error) if has_target else Row(title, error)
    yield Row("forecast minus realised", float((forecasts - later).mean()))


def _by_learner(timed: TimedAnswers) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the share of right answers: forecast, if all stays as it is, and realised."""
    answers = timed.answers
    fold = folds(answers.learner)
    place = np.empty(len(fold), dtype=np.int64)
    for number, rows_of_step in enumerate(
        steps(np.unique(answers.learner, return_inverse=True)[1])
    ):
        place[rows_of_step] = number
    count = np.bincount(answers.learner)[answers.learner]
    is_known = place < KNOWN_SHARE * count
    results = []
    for number in range(FOLDS):
        held_out = fold == number
        values = _learn(answers.select(~held_out), answers)
        known = np.flatnonzero(held_out & is_known)
        later = np.flatnonzero(held_out & ~is_known)
        results += _forecast_learners(timed, known, later, values)
    forecasts, stays, later_scores = np.array(results).T
    return forecasts, stays, later_scores


class _Learned:
    """Shared values learned from some learners: difficulties, and parameters with forgetting."""

    def __init__(self, answers: Answers, skills: int, items: int) -> None:
        columns = Questions(skill=answers.skill, item=answers.item, score=answers.score)
        terms = replay_terms(
            answers.learner, columns, Estimates.of_skills(skills), Estimates.of_items(items)
        )
        is_known = terms.items.answers > 0
        self.skill = terms.skills.terms
        self.item = Gaussians(
            np.where(is_known, terms.items.terms.mean, ITEM.mean),
            np.where(is_known, terms.items.terms.variance, ITEM.variance),
        )
        self.params = fit(
            answers.learner, answers.skill, answers.score, skills=skills, forgetting=True
        ).rows
        self.climb = fit_climb(
            replay.Answers.of_questions(
                answers.learner, columns, skill=terms.skill, item=terms.item,
                day=np.zeros(len(answers.score)),
            )
        )  # fmt: skip


def _learn(training: Answers, answers: Answers) -> _Learned:
    return _Learned(training, answers.skills, int(answers.item.max()) + 1)


def _forecast_learners(
    timed: TimedAnswers, known: IntArray, later: IntArray, values: _Learned
) -> list[tuple[float, float, float]]:
    answers, states = timed.answers, answers_skills(timed.answers)
    learners, learner = np.unique(answers.learner[known], return_inverse=True)
    keys = np.unique(states[known])
    skill, item = answers.skill[known], answers.item[known]
    params = values.params.take(keys % answers.skills)
    replayed = replay.replay(
        replay.Answers.of_questions(
            answers.learner[known],
            Questions(skill=skill, item=item, score=answers.score[known]),
            skill=values.skill.take(skill),
            item=values.item.take(item),
            day=timed.day[known],
        ),
        classic=ParamRows(*params),
        forgetting=params,
        models=ModelRows.of([Model(climb=values.climb)], np.zeros(len(keys), dtype=np.int64)),
    )
    row_of = {key: row for row, key in enumerate(keys.tolist())}
    results = []
    for number, name in enumerate(learners.tolist()):
        rows_later = later[answers.learner[later] == name]
        if len(rows_later) < MIN_LATER_ANSWERS:
            continue
        may_fall = bool((answers.score[known[learner == number]] < 1.0).any())
        expected = stays = 0.0
        for key, answers_later in zip(
            *np.unique(states[rows_later], return_counts=True), strict=True
        ):
            row = row_of.get(int(key))
            if row is None:
                term = values.skill
                skill_number = key % answers.skills
                variance = LEARNER.variance + LEARNER_SKILL.variance + term.variance[skill_number]
                log_odds = replayed.ability.mean[number] - term.mean[skill_number]
                level = float(sigmoids(log_odds / np.sqrt(1 + np.pi * variance / 8)))
                expected, stays = expected + answers_later * level, stays + answers_later * level
                continue
            level = replayed.trajectories.row(row).level
            stays += answers_later * level
            expected += _expected_score(
                replayed, row, params, int(answers_later), may_fall=may_fall
            )
        total = len(rows_later)
        results.append((expected / total, stays / total, answers.score[rows_later].mean()))
    return results


def answers_skills(answers: Answers) -> IntArray:
    """Return the number of the learner's state at the skill of each answer."""
    return answers.learner * answers.skills + answers.skill


def _expected_score(
    replayed: replay.ReplayedBeliefs, row: int, params: ParamRows, count: int, *, may_fall: bool
) -> float:
    """Return the expected sum of the scores of the next answers at a skill."""
    trajectory = replayed.trajectories.row(row)
    skill = SkillForecast(
        level=trajectory.level,
        variance=trajectory.level_variance,
        velocity=trajectory.velocity,
        p_still=trajectory.p_still,
        rate=1.0,
        answers=forecast.ENOUGH_ANSWERS,
        gains=Gains.at(
            float(replayed.mastery_with_forgetting[row]),
            params.row(row),
            may_fall=may_fall,
        ),
    )
    total = trajectory.level  # the first of them is answered at the present level
    for after in range(1, count):
        score = forecast.forecast({_UNIT: [skill]}, {_UNIT: SCALE}, days=after).total
        total += score.predicted / SCALE.high if score else 0.0
    return total


def simulated_rows() -> Iterator[Row]:
    """Measure trends, momentum and the coverage of intervals of simulated learners."""
    for rate in RATES:
        late = {name: simulated(name, rate).shares() for name in ("late rise", "late fall")}
        found = min(late["late rise"][Trend.ACCELERATING], late["late fall"][Trend.DECLINING])
        opposite = max(late["late rise"][Trend.DECLINING], late["late fall"][Trend.ACCELERATING])
        constant = min(simulated(name, rate).shares()[Trend.STABLE] for name in CONSTANT)
        yield at_least(f"{rate} answers a day: late changes noticed", found, 0.60)
        yield at_most(f"{rate} answers a day: opposite noticed", opposite, 0.02)
        yield at_least(f"{rate} answers a day: constant ones stable", constant, 0.90)
    steady = min(
        simulated("climbing", 15).shares()[Trend.ACCELERATING],
        simulated("falling", 15).shares()[Trend.DECLINING],
    )
    yield at_least("15 answers a day: steady changes noticed", steady, 0.60)
    momentum = {name: simulated(name, 6).mean_momentum() for name in SHAPES}
    order = ["mastered", "climbing", "steady .8", "steady .5", "stuck .25", "falling"]
    for name in order:
        yield Row(f"momentum: {name}", momentum[name])
    first, last = ([momentum[name] for name in names] for names in (order[:2], order[2:]))
    yield at_least("momentum: first two above the others by", min(first) - max(last), 8.0)
    is_sorted = all(momentum[one] >= momentum[other] for one, other in pairwise(order))
    yield Row("momentum: in this order", float(is_sorted), "1", is_sorted)
    covered = _covered()
    is_met = MIN_COVERED <= covered <= MAX_COVERED
    yield Row("80 % intervals cover the futures", covered, ".75 to .85", is_met)


def _covered() -> float:
    """Return the share of 80 % intervals that contain the level a fortnight later."""
    is_covered = []
    for shape in SHAPES:
        later = 1000 * level_later(shape)
        for rate in RATES:
            for trajectory in simulated(shape, rate).trajectories:
                interval = forecast_of(trajectory, rate=rate, days=14).interval
                is_covered.append(interval.low <= later <= interval.high)
    return float(np.mean(is_covered))


if __name__ == "__main__":
    from benchmarks.science.assistments import load, load_timed, untimed

    is_met = show(simulated_rows())
    is_met &= show(rows(load_timed(), has_target=True))
    is_met &= show(rows(untimed(load()), has_target=False))
    sys.exit(not is_met)
