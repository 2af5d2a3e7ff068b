"""Replay of answers of any number of learners: in numpy, or one answer at a time where that pays.

A step of `analytics.core.replay` costs about as much as a dozen single answers, however few
learners take part in it. The learners with the most answers, who would have the last steps to
themselves, are therefore replayed one answer after another.
"""

from __future__ import annotations

from dataclasses import fields, replace
from math import isnan
from typing import Any

import numpy as np

from analytics.core import difficulty, recent_results, replay
from analytics.core.bkt import ParamRows
from analytics.core.difficulty import Gaussian, Gaussians
from analytics.core.learner_update import Ability, Belief, Evidence, Model, Shared, reapply
from analytics.core.logistic import BoolArray, FloatArray, IntArray
from analytics.core.replay import Answers, ReplayedBeliefs
from analytics.core.stuck_batch import ModelRows

# Microseconds of a single answer; in numpy, of an answer, and of a step of all abilities and of
# all skill states. As `benchmarks.science.replay_costs` measured them; only their ratios matter.
SINGLE_COST, ANSWER_COST, ABILITY_STEP_COST, STATE_STEP_COST = 30.0, 2.1, 44.0, 345.0


def replay_answers(
    answers: Answers, *, classic: ParamRows, forgetting: ParamRows, models: ModelRows
) -> ReplayedBeliefs:
    """Return `replay.replay` of the answers; parameters as there.

    `observed` has only the answers that were replayed in numpy.
    """
    is_single = choose_learners(answers)[answers.learner]
    if not is_single.any():
        return replay.replay(answers, classic=classic, forgetting=forgetting, models=models)
    others, single = np.flatnonzero(~is_single), np.flatnonzero(is_single)
    result = _with_rows_of_all(
        answers,
        others,
        replay.replay(
            _select(answers, others), classic=classic, forgetting=forgetting, models=models
        ),
    )
    _replay_one_by_one(answers, single, result, classic, forgetting, models)
    return result


def choose_learners(answers: Answers) -> BoolArray:
    """Return which learners to replay one answer at a time, by the expected costs: (learners,)."""
    count = np.bincount(answers.learner)
    in_state = np.zeros(int(answers.belief.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(in_state, answers.belief, 1)
    longest = np.zeros(len(count), dtype=np.int64)
    np.maximum.at(longest, answers.learner, in_state[answers.belief])
    order = np.argsort(-count, kind="stable")
    # Costs if the first 0, 1, 2, … learners in this order are replayed one answer at a time.
    single = np.concatenate([[0], np.cumsum(count[order])])
    steps = np.append(count[order], 0)
    state_steps = np.append(np.maximum.accumulate(longest[order][::-1])[::-1], 0)
    costs = (
        SINGLE_COST * single
        + ANSWER_COST * (len(answers) - single)
        + ABILITY_STEP_COST * steps
        + STATE_STEP_COST * state_steps
    )
    is_single = np.zeros(len(count), dtype=np.bool_)
    is_single[order[: int(np.argmin(costs))]] = True
    return is_single


def _select(answers: Answers, rows: IntArray) -> Answers:
    columns: dict[str, Any] = {
        field.name: getattr(answers, field.name)
        for field in fields(answers)
        if getattr(answers, field.name) is not None
    }
    return replace(answers, **{name: column[rows] for name, column in columns.items()})


def _with_rows_of_all(
    answers: Answers, others: IntArray, replayed: ReplayedBeliefs
) -> ReplayedBeliefs:
    """Return the result of some answers with rows for all answers, learners and skill states."""
    states = len(replayed.mastery)
    learners = int(answers.learner.max()) + 1
    before, after = np.empty(len(answers)), np.empty(len(answers))
    before[others], after[others] = replayed.before, replayed.after
    return replace(
        replayed,
        before=before,
        after=after,
        skill_ability=_extended(replayed.skill_ability, difficulty.LEARNER_SKILL, states),
        ability=_extended(replayed.ability, difficulty.LEARNER, learners),
        efficiency_weight=_padded(replayed.efficiency_weight, learners),
        efficiency=_padded(replayed.efficiency, learners),
        recent=recent_results.extended(replayed.recent, learners, states),
    )


def _extended(terms: Gaussians, initial: Gaussian, count: int) -> Gaussians:
    all_terms = difficulty.repeated(initial, count)
    all_terms.put(np.arange(len(terms.mean)), terms)
    return all_terms


def _padded(values: FloatArray, count: int) -> FloatArray:
    return np.concatenate([values, np.zeros(count - len(values))])


def _replay_one_by_one(
    answers: Answers,
    rows: IntArray,
    result: ReplayedBeliefs,
    classic: ParamRows,
    forgetting: ParamRows,
    models: ModelRows,
) -> None:
    """Replay some answers, and store the estimates in the rows of their learners and states."""
    abilities: dict[int, Ability] = {}
    states: dict[int, tuple[Belief, Model]] = {}
    mastery = []
    for learner, number, evidence in zip(
        answers.learner[rows].tolist(),
        answers.belief[rows].tolist(),
        _evidence(_select(answers, rows)),
        strict=True,
    ):
        if learner not in abilities:
            abilities[learner] = Ability()
        if number not in states:
            model = models.model(number, classic.row(number), forgetting.row(number))
            states[number] = Belief.initial(model), model
        mastery.append(reapply(abilities[learner], states[number][0], evidence, states[number][1]))
    result.before[rows], result.after[rows] = np.array(mastery).T
    for learner, ability in abilities.items():
        result.ability.mean[learner], result.ability.variance[learner] = ability.term
        average = ability.efficiency
        result.efficiency_weight[learner], result.efficiency[learner] = average
        result.recent.state[:, learner] = ability.recent
    for number, (state, _) in states.items():
        result.mastery[number] = state.mastery
        result.mastery_with_forgetting[number] = state.mastery_with_forgetting
        result.attempts[number], result.correct[number] = state.attempts, state.correct
        terms = result.skill_ability
        terms.mean[number], terms.variance[number] = state.ability
        result.recent.at_skill[:, number] = state.recent
    result.trajectories.put(
        np.array(list(states)), [state.trajectory.to_bytes() for state, _ in states.values()]
    )


def _evidence(answers: Answers) -> list[Evidence]:
    unknown = np.full(len(answers), np.nan)
    columns = (
        answers.score, answers.day, answers.skill_mean, answers.skill_variance, answers.item_mean,
        answers.item_variance, answers.typical_seconds, answers.seconds, answers.confidence,
        unknown if answers.hinted is None else answers.hinted,
    )  # fmt: skip
    return [
        Evidence(
            score,
            day,
            Shared(Gaussian(skill_mean, skill_variance), Gaussian(item_mean, item_variance), usual),
            None if isnan(seconds) else seconds,
            None if isnan(confidence) else int(confidence),
            None if isnan(hinted) else bool(hinted),
        )
        for score, day, skill_mean, skill_variance, item_mean, item_variance, usual, seconds,
        confidence, hinted in zip(*(column.tolist() for column in columns), strict=True)
    ]  # fmt: skip
