"""Many learners' answers at a time: what `analytics.core.learner_update` does to one, in numpy.

Time-major: a step takes the next answer of everybody who has one left. Mastery and progress are
of one learner at one skill, so their steps go along each skill's answers; ability is shared by
a learner's skills, so its steps go along all the learner's answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.core import bkt, difficulty
from analytics.core.bkt import ParamRows
from analytics.core.difficulty import Gaussians
from analytics.core.efficiency import efficiencies, running_average
from analytics.core.exponential_average import ExponentialAverage
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.trajectory_batch import Trajectories


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers of some learners, each learner's in order, all of shape (answers,).

    Attributes
    ----------
    learner, belief : whose it is, and which belief of theirs it moves: a learner at a skill;
        numbered from 0 without gaps.
    score : in [0, 1].
    day : since 1970 in UTC, never going back within a learner.
    skill_mean, skill_variance, item_mean, item_variance : log odds, as judged with.
    typical_seconds : > 0.
    seconds : >= 0; NaN: unknown.
    confidence : 1 to 5; NaN: not asked.
    """

    learner: IntArray
    belief: IntArray
    score: FloatArray
    day: FloatArray
    skill_mean: FloatArray
    skill_variance: FloatArray
    item_mean: FloatArray
    item_variance: FloatArray
    typical_seconds: FloatArray
    seconds: FloatArray
    confidence: FloatArray

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, kw_only=True)
class ReplayedBeliefs:
    """What is believed after the answers.

    `before` and `after` are mastery around each answer, shape (answers,); of each belief, shape
    (beliefs,), `mastery`, `fading`, `attempts`, `correct`, `skill_ability` and `courses`; of each
    learner, shape (learners,), `ability`, `efficiency_weight` and `efficiency`.
    """

    before: FloatArray
    after: FloatArray
    mastery: FloatArray
    fading: FloatArray
    attempts: IntArray
    correct: IntArray
    skill_ability: Gaussians
    courses: Trajectories
    ability: Gaussians
    efficiency_weight: FloatArray
    efficiency: FloatArray


def steps(group: IntArray) -> Iterator[IntArray]:
    """Yield, for each step, the rows of every group's next answer.

    Parameters
    ----------
    group : shape (answers,), numbered from 0; rows of a group in order.

    Returns
    -------
    Row numbers; in each step at most one of a group, every row in exactly one step.
    """
    by_group = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    place = np.empty(len(group), dtype=np.int64)
    place[by_group] = np.arange(len(group)) - starts
    by_step = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place))
    yield from np.split(by_step, ends[:-1]) if len(group) else ()


def replay(answers: Answers, *, classic: ParamRows, fading: ParamRows) -> ReplayedBeliefs:
    """Judge the answers from the beginning; the same as `learner.absorb` of one after another.

    Parameters
    ----------
    classic, fading : parameters of each belief, shape (beliefs,).
    """
    effort = efficiencies(
        answers.score, answers.seconds, answers.confidence, answers.typical_seconds
    )
    count = len(classic.prior)
    mastery, faded = classic.prior.copy(), fading.prior.copy()
    courses = Trajectories()
    courses.begin(count)
    before, after = np.empty(len(answers)), np.empty(len(answers))
    for rows in steps(answers.belief):
        moved, score = answers.belief[rows], answers.score[rows]
        before[rows] = mastery[moved]
        mastery[moved] = bkt.updates(mastery[moved], score, classic.take(moved))
        faded[moved] = bkt.updates(faded[moved], score, fading.take(moved))
        after[rows] = mastery[moved]
        courses.absorb(
            moved,
            score,
            difficulty=answers.item_mean[rows],
            mastery=after[rows],
            efficiency=effort[rows],
            day=answers.day[rows],
        )
    abilities = _Abilities.begin(answers)
    weight = np.zeros(len(abilities.ability.mean))
    mean = np.zeros_like(weight)
    for rows, _ in _ability_steps(answers, abilities):
        learner = answers.learner[rows]
        known = ExponentialAverage(weight[learner], mean[learner])
        weight[learner], mean[learner] = running_average(known, effort[rows])
    return ReplayedBeliefs(
        before=before,
        after=after,
        mastery=mastery,
        fading=faded,
        attempts=np.bincount(answers.belief, minlength=count),
        correct=np.bincount(answers.belief[answers.score == 1.0], minlength=count),
        skill_ability=abilities.skill_ability,
        courses=courses,
        ability=abilities.ability,
        efficiency_weight=weight,
        efficiency=mean,
    )


def predictor_inputs(answers: Answers, *, fading: ParamRows) -> FloatArray:
    """Return what each model said of each answer before it came: shape (answers, 6).

    Columns as in `predictor.PredictorInputs`; shared terms are those each answer was judged with, so
    nothing of what came later is in it but the parameters.
    """
    mastery, tracing = fading.prior.copy(), np.empty(len(answers))
    for rows in steps(answers.belief):
        moved = answers.belief[rows]
        params = fading.take(moved)
        tracing[rows] = bkt.predictions(mastery[moved], params)
        mastery[moved] = bkt.updates(mastery[moved], answers.score[rows], params)
    terms = np.empty((len(answers), 3))
    for rows, moved_rows in _ability_steps(answers, _Abilities.begin(answers)):
        terms[rows, 0] = moved_rows.ability_used.mean
        terms[rows, 1] = moved_rows.skill_ability_used.mean
        terms[rows, 2] = moved_rows.log_odds
    return np.column_stack(
        [tracing, terms[:, 0], terms[:, 1], answers.skill_mean, answers.item_mean, terms[:, 2]]
    )


class _Abilities(NamedTuple):
    ability: Gaussians
    skill_ability: Gaussians

    @classmethod
    def begin(cls, answers: Answers) -> _Abilities:
        return cls(
            difficulty.repeated(difficulty.LEARNER, int(answers.learner.max(initial=-1)) + 1),
            difficulty.repeated(difficulty.LEARNER_SKILL, int(answers.belief.max(initial=-1)) + 1),
        )


def _ability_steps(
    answers: Answers, abilities: _Abilities
) -> Iterator[tuple[IntArray, difficulty.KalmanSteps]]:
    """Move the abilities, in place, and yield what each step was judged with."""
    for rows in steps(answers.learner):
        learner, belief = answers.learner[rows], answers.belief[rows]
        moved = difficulty.absorb_many(
            answers.score[rows],
            abilities.ability.take(learner),
            abilities.skill_ability.take(belief),
            Gaussians(answers.skill_mean[rows], answers.skill_variance[rows]),
            Gaussians(answers.item_mean[rows], answers.item_variance[rows]),
        )
        abilities.ability.put(learner, moved.ability)
        abilities.skill_ability.put(belief, moved.skill_ability)
        yield rows, moved
