"""Batch replay of answers: what `analytics.core.learner_update` does for one learner, in numpy.

Time-major: each step processes the next answer of every group that has one left. Mastery and
trajectory belong to one learner at one skill, so their groups are the skill states; ability is
shared by all skills of a learner, so its groups are the learners.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analytics.core import bkt, causes, difficulty, recent_results, stuck_batch
from analytics.core.bkt import ParamRows
from analytics.core.causes import Signs
from analytics.core.difficulty import Gaussians
from analytics.core.efficiency import DEFAULT_TYPICAL_SECONDS, efficiencies, running_average
from analytics.core.exponential_average import ExponentialAverage
from analytics.core.item_parameters import Questions
from analytics.core.logistic import FloatArray, IntArray
from analytics.core.steps import steps
from analytics.core.stuck_batch import ModelRows, Observations
from analytics.core.trajectory_batch import Trajectories


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Answers of some learners, each learner's in temporal order; all shapes are (answers,).

    Attributes
    ----------
    learner, belief : the learner, and the skill state (a learner at a skill) that the answer
        updates; each numbered from 0 without gaps.
    score : in [0, 1].
    day : days since 1970-01-01 UTC, with fraction, never decreasing within a learner.
    skill_mean, skill_variance, item_mean, item_variance : the shared terms that the answer was
        evaluated with, in log odds.
    typical_seconds : > 0.
    seconds : >= 0; NaN if unknown.
    confidence : 1 to 5; NaN if not asked.
    hinted : 1 if a hint was used, 0 if not, NaN if unknown; None: unknown for all.
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
    hinted: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def of_questions(
        cls,
        learner: IntArray,
        questions: Questions,
        *,
        skill: Gaussians,
        item: Gaussians,
        day: FloatArray,
    ) -> Answers:
        """Return answers of which only the score and the time are known.

        Parameters
        ----------
        learner : numbers of the learners, in any order; they are numbered again from 0.
        skill, item : the terms that each was evaluated with, shape (answers,).
        """
        states = learner * (questions.skill.max(initial=0) + 1) + questions.skill
        missing = np.full(len(learner), np.nan)
        return cls(
            learner=np.unique(learner, return_inverse=True)[1].astype(np.int64),
            belief=np.unique(states, return_inverse=True)[1].astype(np.int64),
            score=questions.score,
            day=day,
            skill_mean=skill.mean,
            skill_variance=skill.variance,
            item_mean=item.mean,
            item_variance=item.variance,
            typical_seconds=np.full(len(learner), DEFAULT_TYPICAL_SECONDS),
            seconds=missing,
            confidence=missing,
        )


@dataclass(frozen=True, kw_only=True)
class ReplayedBeliefs:
    """The estimates after the answers.

    `before` and `after` are mastery around each answer, shape (answers,). `mastery`,
    `mastery_with_forgetting`, `attempts`, `correct`, `skill_ability` and `trajectories` belong to
    the skill states, shape (states,). `observed` is what is known after each answer, for the fit
    of the calibration. `ability`, `efficiency_weight` and `efficiency` belong to the learners,
    shape (learners,). `recent` has the numbers of both.
    """

    before: FloatArray
    after: FloatArray
    mastery: FloatArray
    mastery_with_forgetting: FloatArray
    attempts: IntArray
    correct: IntArray
    skill_ability: Gaussians
    trajectories: Trajectories
    observed: Observations
    ability: Gaussians
    efficiency_weight: FloatArray
    efficiency: FloatArray
    recent: recent_results.Replayed


def replay(
    answers: Answers, *, classic: ParamRows, forgetting: ParamRows, models: ModelRows
) -> ReplayedBeliefs:
    """Update all estimates by the answers, from the initial state.

    The result equals `learner_update.absorb` of one answer after another.

    Parameters
    ----------
    answers : the answers.
    classic, forgetting : BKT parameters of each skill state without and with forgetting, shape
        (states,).
    models : the other parameters of each skill state.
    """
    efficiency = efficiencies(
        answers.score, answers.seconds, answers.confidence, answers.typical_seconds
    )
    count = len(classic.prior)
    mastery, mastery_with_forgetting = classic.prior.copy(), forgetting.prior.copy()
    trajectories = Trajectories()
    trajectories.start(count, models.climb)
    hinted = np.full(len(answers), np.nan) if answers.hinted is None else answers.hinted
    signs = causes.signs_of(answers.seconds, hinted)
    observed = Observations(len(answers))
    before, after = np.empty(len(answers)), np.empty(len(answers))
    for rows in steps(answers.belief):
        states, score = answers.belief[rows], answers.score[rows]
        before[rows] = mastery[states]
        mastery[states] = bkt.updates(mastery[states], score, classic.take(states))
        mastery_with_forgetting[states] = bkt.updates(
            mastery_with_forgetting[states], score, forgetting.take(states)
        )
        after[rows] = mastery[states]
        observed.tracing[rows] = bkt.predictions(
            mastery_with_forgetting[states], forgetting.take(states)
        )
        observed.p_stuck[rows], recent = trajectories.absorb(
            states,
            score,
            difficulty=answers.item_mean[rows],
            mastery=after[rows],
            efficiency=efficiency[rows],
            day=answers.day[rows],
            signs=Signs(*(column[rows] for column in signs)),
        )
        observed.slow[rows], observed.fast[rows], observed.results[rows] = recent
    abilities = _Abilities.initial(answers)
    average_weight = np.zeros(len(abilities.ability.mean))
    average = np.zeros_like(average_weight)
    for rows, step in _ability_steps(answers, abilities):
        observed.ability.put(rows, step.ability)
        observed.skill_ability.put(rows, step.skill_ability)
        learner = answers.learner[rows]
        previous = ExponentialAverage(average_weight[learner], average[learner])
        average_weight[learner], average[learner] = running_average(previous, efficiency[rows])
    observed.mastery[:] = after
    _judge(answers, observed, models, trajectories)
    return ReplayedBeliefs(
        before=before,
        after=after,
        mastery=mastery,
        mastery_with_forgetting=mastery_with_forgetting,
        attempts=np.bincount(answers.belief, minlength=count),
        correct=np.bincount(answers.belief[answers.score == 1.0], minlength=count),
        skill_ability=abilities.skill_ability,
        trajectories=trajectories,
        observed=observed,
        ability=abilities.ability,
        efficiency_weight=average_weight,
        efficiency=average,
        recent=recent_results.replay(answers.learner, answers.belief, answers.score, answers.day),
    )


def _judge(
    answers: Answers, observed: Observations, models: ModelRows, trajectories: Trajectories
) -> None:
    """Set the judgement and the flag of each trajectory after its last answer."""
    state, skill = answers.belief, Gaussians(answers.skill_mean, answers.skill_variance)
    inputs = stuck_batch.inputs(observed, state, answers.score, skill, models.blend[:, state])
    probability = stuck_batch.probabilities(inputs, models.weights[:, state])
    threshold = models.threshold[state]
    flag = stuck_batch.flags(probability, observed, state, threshold)
    answered, from_end = np.unique(state[::-1], return_index=True)
    last = len(state) - 1 - from_end
    judgement = np.array([probability[last], models.threshold[answered], models.is_local[answered]])
    trajectories.judge(answered, judgement, flag[last])


def predictor_inputs(answers: Answers, *, forgetting: ParamRows) -> tuple[FloatArray, FloatArray]:
    """Return the inputs of the predictor before each answer, and the sum of all variances.

    Shapes (answers, 6) and (answers,); columns as in `predictor.PredictorInputs`. The shared terms
    are those that each answer was evaluated with, so only the parameters carry information from
    later answers.

    Parameters
    ----------
    answers : the answers.
    forgetting : BKT parameters with forgetting of each skill state, shape (states,).
    """
    mastery, tracing = forgetting.prior.copy(), np.empty(len(answers))
    for rows in steps(answers.belief):
        states = answers.belief[rows]
        params = forgetting.take(states)
        tracing[rows] = bkt.predictions(mastery[states], params)
        mastery[states] = bkt.updates(mastery[states], answers.score[rows], params)
    terms, variance = np.empty((len(answers), 3)), answers.skill_variance + answers.item_variance
    for rows, step in _ability_steps(answers, _Abilities.initial(answers)):
        terms[rows, 0] = step.ability_used.mean
        terms[rows, 1] = step.skill_ability_used.mean
        terms[rows, 2] = step.log_odds
        variance[rows] += step.ability_used.variance + step.skill_ability_used.variance
    inputs = np.column_stack(
        [tracing, terms[:, 0], terms[:, 1], answers.skill_mean, answers.item_mean, terms[:, 2]]
    )
    return inputs, variance


class _Abilities(NamedTuple):
    ability: Gaussians
    skill_ability: Gaussians

    @classmethod
    def initial(cls, answers: Answers) -> _Abilities:
        return cls(
            difficulty.repeated(difficulty.LEARNER, int(answers.learner.max(initial=-1)) + 1),
            difficulty.repeated(difficulty.LEARNER_SKILL, int(answers.belief.max(initial=-1)) + 1),
        )


def _ability_steps(
    answers: Answers, abilities: _Abilities
) -> Iterator[tuple[IntArray, difficulty.KalmanSteps]]:
    """Update the abilities in place, and yield the rows and Kalman steps of each step."""
    for rows in steps(answers.learner):
        learner, state = answers.learner[rows], answers.belief[rows]
        step = difficulty.absorb_many(
            answers.score[rows],
            abilities.ability.take(learner),
            abilities.skill_ability.take(state),
            Gaussians(answers.skill_mean[rows], answers.skill_variance[rows]),
            Gaussians(answers.item_mean[rows], answers.item_variance[rows]),
        )
        abilities.ability.put(learner, step.ability)
        abilities.skill_ability.put(state, step.skill_ability)
        yield rows, step
